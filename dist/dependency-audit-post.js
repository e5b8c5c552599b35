import { post } from './index.js';
await post('dependency-audit');
