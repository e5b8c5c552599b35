// Runs a script with Node 24: node scripts/node24.mjs <script> [args…]
// Plain JavaScript without a dependency: it has to run in a fresh clone, on Node 20.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');

const [script, ...args] = process.argv.slice(2);
if (script === undefined) fail('Usage: node scripts/node24.mjs <script> [args…]');
if (dependenciesAreStale()) installDependencies();
run(findNode(), [script, ...args]);

function dependenciesAreStale() {
  const installed = join(modules, '.package-lock.json');
  if (!existsSync(installed)) return true;
  return statSync(join(root, 'package-lock.json')).mtimeMs > statSync(installed).mtimeMs;
}

function installDependencies() {
  process.stderr.write('Installing dependencies (npm ci)…\n');
  const npm = process.env.npm_execpath;
  const [command, ...before] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  // Flags win over what the caller's environment may say: NODE_ENV=production leaves
  // out the development dependencies, `npm run demo --dry-run` would install nothing.
  const flags = [
    '--no-progress',
    '--loglevel=error',
    '--include=dev',
    '--include=optional',
  ];
  const install = spawnSync(command, [...before, 'ci', ...flags, '--no-dry-run'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (install.error) fail(`npm could not be started: ${install.error.message}`);
  if (install.signal) process.exit(128 + constants.signals[install.signal]);
  if (install.status !== 0) fail(`npm ci failed with exit code ${install.status}.`);
}

function findNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  // 24.2 is the first with import.meta.main.
  if (major > 24 || (major === 24 && minor >= 2)) return process.execPath;
  const bundled = join(
    modules,
    `node-${process.platform}-${process.arch}`,
    'bin',
    'node',
  );
  if (existsSync(bundled)) return bundled;
  return fail(
    `This needs Node 24 (24.2 or later), and ${process.execPath} is ${process.version}. ` +
      `No Node 24 comes with the dependencies for ${process.platform}-${process.arch}: install it from https://nodejs.org.`,
  );
}

function run(node, nodeArgs) {
  const child = spawn(node, nodeArgs, {
    stdio: 'inherit',
    env: { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter) },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // Ctrl-C in a terminal reaches the child by itself; a second SIGINT would force it.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exit(signal ? 128 + constants.signals[signal] : code);
  });
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
