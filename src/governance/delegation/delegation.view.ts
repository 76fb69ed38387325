// Delegations on record, and how many each delegate was given directly.
import { instantOf } from '../../kernel/index.ts';
import { temporal, view, type RowsOf } from '../../runtime/index.ts';
import type { DelegationEvent } from './delegation.ts';

const tables = {
  /** By `delegationKey`. */
  delegation: temporal({ person: 'text', to: 'text', scope: 'text', named: 'boolean', givenAt: 'instant' }, [['person'], ['named']]),
  /** By `delegationKey` of the delegate: how many delegated to it directly. */
  delegate: temporal({ person: 'text', scope: 'text', direct: 'integer' }, [['scope']]),
};

type Rows = RowsOf<typeof tables>;

export const delegationKey = (person: string, scope: string): string => `${person}/${scope}`;

function count(rows: Rows, person: string, scope: string, by: 1 | -1): void {
  const key = delegationKey(person, scope);
  const direct = (rows.delegate.current(key)?.direct ?? 0) + by;
  if (direct === 0) rows.delegate.close(key);
  else if (direct === 1 && by === 1) rows.delegate.open(key, { person, scope, direct });
  else rows.delegate.change(key, { direct });
}

export const delegationsView = view<DelegationEvent>()({
  name: 'delegations',
  version: 1,
  tables,
  project: {
    DelegationGiven({ data: { person, to, scope, named }, time }, rows) {
      const key = delegationKey(person, scope);
      const before = rows.delegation.current(key);
      const row = { person, to, scope, named, givenAt: instantOf(time) };
      if (before) rows.delegation.change(key, row);
      else rows.delegation.open(key, row);
      if (before?.to === to) return;
      if (before) count(rows, before.to, scope, -1);
      count(rows, to, scope, 1);
    },
    DelegationRevoked({ data: { person, to, scope } }, rows) {
      rows.delegation.close(delegationKey(person, scope));
      count(rows, to, scope, -1);
    },
  },
});
