import { main } from './index.js';
await main('dependabot-gate');
