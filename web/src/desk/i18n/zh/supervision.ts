export default {
  title: '督办台', lists: '督办清单', asOf: '数据截至 {at}', none: '「{list}」清单是空的,没有需要督办的事项。', toQueue: '去派单台',
  number: '编号', what: '事项', where: '地点', lead: '主办单位', state: '状态', since: '列入时间', raised: '提出时间', due: '办理时限',
  way: '流转', hops: '转办{n}次', reworks: '返工{n}次', and: ',', whistle: '吹哨', unplaced: '待定位',
}
