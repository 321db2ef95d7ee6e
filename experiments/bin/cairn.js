#!/usr/bin/env node
// Plain JavaScript, so that an older Node can read it and say what to do.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 12)) {
  console.error(`error CAIRN_NODE_VERSION  cairn needs Node 24.12 or later: got ${process.versions.node}`);
  console.error('  npx cairn uses the pinned one, which npm ci installs: "npm ci && npx cairn doctor"');
  process.exitCode = 2;
} else {
  // Nearly halves the start of a command, and of every process of a study what its modules take.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache();
  const { start } = await import('../main.ts');
  process.exitCode = await start(process.argv.slice(2));
}
