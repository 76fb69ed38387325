// Validation at the edge: class-validator by way of Nest's pipe, refusals as one named rejection with all problems listed.
import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import type { Rejection } from '../kernel/index.ts';
import { edgeRejections } from './rejections.ts';

export interface PropertyProblem {
  /** Path of the property: `quantity.amount`; '' for the whole body. */
  readonly property: string;
  readonly problem: string;
}

const MOST_PROBLEMS = 50;

function* problemsOf(errors: readonly ValidationError[], under = ''): Generator<PropertyProblem> {
  for (const { property, constraints, children } of errors) {
    const path = under === '' ? property : `${under}.${property}`;
    for (const problem of Object.values(constraints ?? {})) yield { property: path, problem };
    if (children) yield* problemsOf(children, path);
  }
}

export const malformed = (errors: readonly ValidationError[]): Rejection =>
  edgeRejections.MalformedRequest({ problems: [...problemsOf(errors)].slice(0, MOST_PROBLEMS) });

/** A pipe that makes a checked instance of the class. One per class and parameter, made when the route is declared. */
export const checked = (expectedType: new () => object): ValidationPipe =>
  new ValidationPipe({
    expectedType,
    validateCustomDecorators: true,
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    // A command without properties is known all the same; what it does not have is refused by the line above.
    forbidUnknownValues: false,
    exceptionFactory: malformed,
  });
