import { main } from './index.js';
await main('dependency-audit');
