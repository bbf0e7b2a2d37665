export default {
  title: '指标', from: '自', to: '至', by: '按区域', raw: '原始', adjusted: '剔除后', few: '数量过少', hidden: '评价数量过少,为保护反映人不予展示。',
  version: '口径第{n}版', leftOut: '剔除:', numeratorOf: '{name}({which})分子', denominatorOf: '{name}({which})分母',
  excludedFrom: '{name}剔除:{reason}', threeRates: '三率对照', levels: '满意程度分布', levelHead: '满意程度', words: '评价数', clocks: '时限执行', clocksTable: '各类时限明细',
  kept: '按时', missed: '超时', keptN: '按时{n}', missedN: '超时{n}', clock: '时限', n: '数量', on_time: '按时', running_late: '超时未结',
  share: '按时率', median: '中位用时', p90: '九成用时', noClocks: '这段时间没有到期或办结的时限。', byArea: '按区域', byCategory: '按事项类别', category: '事项类别',
  noGroup: '未归类', map: '{name}分布图', mapOf: '地图显示', noValue: '无数据', apart: '单列', apartHint: '以下各项单独统计。', kind: '类型',
  rows: '明细', noRows: '没有明细。', none: '这段时间没有已答复或办结的诉求。请扩大时间范围。',
}
