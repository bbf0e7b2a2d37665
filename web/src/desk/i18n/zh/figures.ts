export default {
  title: '指标',
}
