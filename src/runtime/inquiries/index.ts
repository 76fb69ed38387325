// Inquiries: what is answered from the log alone, off the threads that serve.
export { Inquiries, type Asking } from './inquiries.ts';
export { wholeLog, type Inquire, type Inquiry, type WholeLog } from './inquiry.ts';
