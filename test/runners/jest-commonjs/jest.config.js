module.exports = {
  // tollgate and jose ship ES modules alone. Jest compiles no package but these two.
  transformIgnorePatterns: ['/node_modules/(?!(tollgate|jose)/)'],
  transform: {
    '\\.js$': [
      'babel-jest',
      { presets: [['@babel/preset-env', { targets: { node: 'current' } }]] },
    ],
  },
}
