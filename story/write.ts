// Writes the story's files, the same text every time: node story/write.ts
import { writeFileSync } from 'node:fs';
import { firstDay } from './first-day.ts';
import { year } from './year.ts';

writeFileSync(new URL('./year.jsonl', import.meta.url), year());
writeFileSync(new URL('./first-day.jsonl', import.meta.url), firstDay());
