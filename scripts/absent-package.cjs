// Stands in for packages of dockerode that are never called; see bundle.ts.
module.exports = {};
