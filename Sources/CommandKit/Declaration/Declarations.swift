/// Finds what a set of arguments declares, and what is wrong with it.
enum Declarations {
    /// The declarations of a value's properties, in the order of the source.
    static func collect(from values: any ArgumentSet) -> [Declaration] {
        Mirror(reflecting: values).children.flatMap { child -> [Declaration] in
            guard let wrapper = child.value as? any Declaring, let label = child.label else {
                return []
            }
            // The stored property of a wrapped one is named with an underscore before it.
            return wrapper.declarations(property: String(label.drop { $0 == "_" }))
        }
    }

    /// Mistakes a programmer can make in declarations, a sentence each.
    static func problems(in declarations: [Declaration]) -> [String] {
        let named = declarations.filter { $0.kind != .positional }
        let reserved = ["help", "h"]
        let names = named.map(\.name) + named.compactMap { $0.short.map(String.init) } + reserved
        let counts = Dictionary(grouping: names, by: \.self).filter { $0.value.count > 1 }
        let positional = declarations.filter { $0.kind == .positional }
        let swallowed = zip(positional, positional.dropFirst()).filter { $0.0.arity == .many }
        let unreachable = zip(positional, positional.dropFirst())
            .filter { $0.0.minimum == 0 && $0.1.minimum > 0 && $0.0.arity != .many }
        return counts.keys.sorted().map { "The name \($0) is declared more than once." }
            + swallowed.map { "\($0.0.name) takes all words, so none is left for \($0.1.name)." }
            + unreachable.map { "\($0.1.name) is required but \($0.0.name) before it is not." }
            + declarations.filter { $0.help.isEmpty }.map { "\($0.spelling) has no help." }
    }
}
