// The OpenAPI document, made when first asked for: describing every route takes longer than starting to serve them.
import type { INestApplication } from '@nestjs/common';

export class ApiDocument {
  private readonly app: () => INestApplication;
  private made: Promise<string> | undefined;

  constructor(app: () => INestApplication) {
    this.app = app;
  }

  /** JSON. */
  text(): Promise<string> {
    this.made ??= import('./openapi.ts').then(({ describeApi }) => JSON.stringify(describeApi(this.app())));
    return this.made;
  }
}
