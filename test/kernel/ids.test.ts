// Derived ids are version 5 UUIDs, as anybody else would make them.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { commandIdOfRequest, derivedId, eventIdOf, isUuid, personIdOf } from '../../src/kernel/index.ts';

describe('derived ids', () => {
  test('are those of the standard', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.string({ unit: 'binary' }), fc.nat(), fc.nat(), (command, label, attempt, index) => {
        expect(derivedId(command, label)).toBe(v5(`entity\u001f${label}`, command));
        expect(eventIdOf(command, attempt, index)).toBe(v5(`event\u001f${attempt}\u001f${index}`, command));
      }),
    );
  });

  test('are told apart by who and what', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(isUuid(commandIdOfRequest(one, other))).toBe(true);
        expect(commandIdOfRequest(one, other) === personIdOf(one, other)).toBe(false);
      }),
    );
  });
});
