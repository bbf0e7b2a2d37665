export default { home: { title: '街道派单台' } }
