import Spelling

/// Comparison of names of losses, backbones and parameters: ignoring case, hyphens, underscores, dots and
/// spaces, since publications write `AM-Softmax`, `am_softmax` and `AMSoftmax`.
public enum Names {
    /// The letters and digits of a name in lower case; names are equal if these are.
    public static func folded(_ name: String) -> String {
        String(name.lowercased().filter { !"-_. ".contains($0) })
    }

    /// The end of a message about an unknown name: the probable intended name, or all names if none is
    /// similar.
    ///
    /// - Parameter introduction: Text before all names: `the losses are`.
    public static func advice(
        for name: String, among known: [String], else introduction: String
    ) -> String {
        let hint = Spelling.hint(for: name, among: known)
        return hint.isEmpty ? "; \(introduction) \(known.joined(separator: ", "))" : hint
    }
}

/// Former names from earlier versions of Facet, so that old files can still be read.
public enum FormerNames {
    /// Current names of parameters, by their former names.
    public static let parameters = ["beyond": "fallback", "rise": "scaleWarmup"]

    private static let former = Dictionary(
        uniqueKeysWithValues: parameters.map { ($1, $0) })

    /// Replaces former names in a canonical text `name:key=value,key=value`, or several joined by `+`.
    ///
    /// Texts without former names are returned unchanged.
    public static func current(inText text: String) -> String { renamed(text, by: parameters) }

    /// A canonical text with former names: the inverse of ``current(inText:)``.
    public static func former(ofText text: String) -> String { renamed(text, by: former) }

    /// Replaces former names in values by parameter names; a term's parameters have its name as prefix:
    /// `center.weight`.
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
