export default {
  title: '岗位与代理',
}
