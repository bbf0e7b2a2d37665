export default {
  title: '公示牌', community: '社区', size: '纸张', printAll: '全部打印(共{n}块)', printing: '正在生成PDF…', of: '{name}的公示牌', place: '位置',
  level: '层级', people: '服务人员', peopleN: '{n}人,{phones}人有电话', noPhone: '缺电话', map: '地图', mapThere: '有', noMap: '缺地图', phrase: '核对词',
  acts: '操作', open: '查看公示页', print: '打印', none: '{name}还没有网格或楼栋,没有可打印的公示牌。', unready: '{n}块公示牌缺电话或地图,可在岗位与网格资料中补齐。',
  papers: '公文', draft: '未编号', sign: '签发',
}
