export default {
  title: '街道派单台', skip: '跳到内容', menu: '页面', help: '键位', queue: '派单台', whistles: '吹哨·报到', supervision: '督办台',
  figures: '指标', posts: '岗位', boards: '公示牌', areas: '网格调整',
}
