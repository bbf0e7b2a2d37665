export default { home: { title: '我要反映' } }
