export default {
  title: '吹哨·报到', compose: '吹哨', closed: '已结束的', liveLost: '自动刷新中断,每30秒重试。', number: '编号', subject: '标题', kind: '哨种',
  state: '状态', clock: '下一时限', blown: '吹哨时间', none: '没有进行中的吹哨。', needs: '吹哨需要:诉求或事由、街道已做的努力、要召集的单位。',
  draft: '已恢复未提交的内容。', needsSecretary: '须书记批准', source: '来源', issues: '关联诉求', addIssue: '输入诉求编号', text: '情况',
  tried: '街道已做的努力', parties: '报到单位', area: '区域', place: '地点', meetingAt: '会商时间', meetingPlace: '会商地点', basis: '依据',
  whistle: '吹哨', papers: '文书', printSheet: '打印会签表', meeting: '会商', lacks: '办结还缺:', boardOf: '{number} 报到进度', unit: '单位',
  notified: '已通知', tasks: '任务', photos: '前后照片 {before}/{after}', what: '内容', due: '时限', by: '{at} 前', signSheet: '会签表',
  role: '角色', opinion: '意见', signature: '签名', day: '日期',
  measure: { minutes: '{n} 分钟', hours: '{n} 小时', days: '{n} 天', working_hours: '{n} 工作小时', working_days: '{n} 个工作日' },
}
