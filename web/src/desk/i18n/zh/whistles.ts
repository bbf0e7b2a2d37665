export default {
  title: '吹哨·报到', compose: '吹哨',
}
