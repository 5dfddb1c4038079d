// Every bus event is emitted somewhere and has a listener.
import ts from 'typescript';
import type { Source, Violation } from './sources.ts';
import { eachNode, methodOf } from './sources.ts';

export function findEventViolations(sources: Source[]): Violation[] {
  const emitted = new Set<string>();
  const listened = new Set<string>();
  const declared: { name: string; file: string }[] = [];
  for (const { file, tree } of sources) {
    for (const node of eachNode(tree)) {
      if (ts.isTypeAliasDeclaration(node) && node.name.text === 'BusEvents') {
        for (const name of namesOf(node.type)) declared.push({ name, file });
      } else if (ts.isCallExpression(node)) {
        const [first] = node.arguments;
        const name = first && ts.isStringLiteralLike(first) ? first.text : null;
        if (name && methodOf(node) === 'emit') emitted.add(name);
        if (name && /^(on|once)$/.test(methodOf(node) ?? '')) listened.add(name);
      } else if (ts.isPropertyAssignment(node) && /^dirtyOn(Record)?$/.test(node.name.getText())) {
        for (const event of eachNode(node.initializer))
          if (ts.isStringLiteralLike(event)) listened.add(event.text);
      }
    }
  }
  return declared.flatMap(({ name, file }) => [
    ...(emitted.has(name) ? [] : [{ rule: 'every event is emitted', file, detail: name }]),
    ...(listened.has(name) ? [] : [{ rule: 'every event has a listener', file, detail: name }]),
  ]);
}

function namesOf(type: ts.TypeNode): string[] {
  if (!ts.isTypeLiteralNode(type)) return [];
  return type.members.flatMap(({ name }) => (name && 'text' in name ? [name.text] : []));
}
