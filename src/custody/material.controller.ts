// Routes of the catalogue of materials.
import { Controller, Get, Post } from '@nestjs/common';
import {
  Acting,
  Answers,
  Command,
  Commands,
  Describes,
  ForLinkedPersons,
  Listing,
  Paging,
  PathId,
  Public,
  Reading,
  Rejects,
  Views,
  answer,
  notFound,
  rowOf,
} from '../http/index.ts';
import { materials } from './material-custody.queries.ts';
import { materialCustody } from './material-custody.view.ts';
import { RegisterMaterial } from './material.commands.ts';

const { tables: shapes } = materialCustody;

@Controller('materials')
export class MaterialController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
  ) {}

  @Post()
  @ForLinkedPersons()
  @Describes('Put a material into the catalogue', 'By keepers and stewards. It has either a code of the list of waste or a class of product.')
  @Rejects('NotACataloguer', 'NotClassified', 'MaterialAlreadyRegistered')
  register(@Command(RegisterMaterial) command: RegisterMaterial, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Get()
  @Public()
  @Describes('The catalogue of materials')
  @Answers(rowOf(shapes.material), 'page')
  async list(@Reading() at: Reading, @Listing(Paging) { cursor, limit }: Paging) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, materials(tables, { after: cursor, limit }));
  }

  @Get(':material')
  @Public()
  @Describes('One material, by its code')
  @Answers(rowOf(shapes.material))
  async one(@PathId('material') material: string, @Reading() at: Reading) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, tables.material.get(material) ?? notFound('material', material));
  }
}
