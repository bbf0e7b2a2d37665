export default {
  title: '吹哨·报到',
}
