export default {
  title: '派单台',
}
