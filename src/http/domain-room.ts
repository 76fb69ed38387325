// All the wiring that a domain room needs: routes, deciders with their context, views, processes.
import type { ModuleMetadata, Provider, Type } from '@nestjs/common';
import type { Handling, Process, View } from '../runtime/index.ts';

export interface RoomParts {
  readonly controllers: readonly Type[];
  readonly handlings: readonly Handling[];
  readonly views: readonly View[];
  readonly processes?: readonly Process[];
  readonly providers?: readonly Provider[];
}

/** What a room brings to the runtime. */
export class Room {
  readonly handlings: readonly Handling[];
  readonly views: readonly View[];
  readonly processes: readonly Process[];

  constructor({ handlings, views, processes = [] }: Pick<RoomParts, 'handlings' | 'views' | 'processes'>) {
    this.handlings = handlings;
    this.views = views;
    this.processes = processes;
  }
}

/** Metadata for `@Module`. */
export function domainRoom(parts: RoomParts): ModuleMetadata {
  const room: Provider = { provide: Symbol('room'), useValue: new Room(parts) };
  return { controllers: [...parts.controllers], providers: [room, ...(parts.providers ?? [])] };
}

/** The rooms that module classes were declared with. */
export function roomsOf(modules: readonly Type[]): Room[] {
  return modules.map((module) => {
    const providers = (Reflect.getMetadata('providers', module) as { useValue?: unknown }[] | undefined) ?? [];
    const room = providers.find(({ useValue }) => useValue instanceof Room)?.useValue;
    if (!(room instanceof Room)) throw new Error(`${module.name} is not declared with domainRoom`);
    return room;
  });
}
