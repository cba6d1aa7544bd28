import Spelling

/// How names of losses, backbones and parameters are compared: in any case, and with or without
/// hyphens, underscores, dots and spaces, for the field writes `AM-Softmax`, `am_softmax` and
/// `AMSoftmax`.
public enum Names {
    /// The letters and digits of a name in lower case: names with the same ones are the same name.
    public static func folded(_ name: String) -> String {
        String(name.lowercased().filter { !"-_. ".contains($0) })
    }

    /// The end of a message about a name that is unknown: the name that was meant, or all names when
    /// none is near.
    ///
    /// - Parameter introduction: Text before all names: `the losses are`.
    public static func advice(
        for name: String, among known: [String], else introduction: String
    ) -> String {
        let hint = Spelling.hint(for: name, among: known)
        return hint.isEmpty ? "; \(introduction) \(known.joined(separator: ", "))" : hint
    }
}

/// Names that were others in earlier versions of Facet, so that what was written then is still read.
public enum FormerNames {
    /// Today's names of parameters, by the previous ones.
    public static let parameters = ["beyond": "fallback", "rise": "scaleWarmup"]

    private static let former = Dictionary(
        uniqueKeysWithValues: parameters.map { ($1, $0) })

    /// A canonical text `name:key=value,key=value`, several with `+` between, in today's names.
    ///
    /// Texts without former names are returned unchanged.
    public static func current(inText text: String) -> String { renamed(text, by: parameters) }

    /// A canonical text as a former version wrote it: the opposite of ``current(inText:)``.
    public static func former(ofText text: String) -> String { renamed(text, by: former) }

    /// Values by the names of parameters, in today's names; after a dot follows the parameter of a
    /// term: `center.weight`.
    public static func current<Value>(inValues values: [String: Value]) -> [String: Value] {
        let renamed = values.map { path, value in
            let parts = path.split(separator: ".", omittingEmptySubsequences: false)
            let name = parts.last.flatMap { parameters[String($0)] }
            return (
                ((parts.dropLast().map(String.init)) + [name ?? String(parts.last ?? "")])
                    .joined(separator: "."), value
            )
        }
        return Dictionary(renamed, uniquingKeysWith: { first, _ in first })
    }

    private static func renamed(_ text: String, by names: [String: String]) -> String {
        ParameterText.terms(of: text).map { term in
            let sides = term.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2 else { return String(term) }
            let assignments = sides[1].split(separator: ",", omittingEmptySubsequences: false)
            let renamed = assignments.map { assignment in
                let parts = assignment.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, let name = names[String(parts[0])] else {
                    return String(assignment)
                }
                return "\(name)=\(parts[1])"
            }
            let isSame = zip(renamed, assignments).allSatisfy { $0 == $1 }
            return isSame ? String(term) : "\(sides[0]):\(renamed.sorted().joined(separator: ","))"
        }.joined(separator: "+")
    }
}
