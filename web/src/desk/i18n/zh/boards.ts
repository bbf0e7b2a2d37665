export default {
  title: '公示牌',
}
