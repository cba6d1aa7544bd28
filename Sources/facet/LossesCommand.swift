import CommandKit
import FaceLosses
import Foundation

let lossesCommand = Command(
    "losses", "Lists the losses, or tells all of one.",
    positionals: [Positional("loss", "one loss, e.g. arcface", isOptional: true)],
    options: [Option("--json", .flag, "write the descriptions as JSON")],
    examples: ["facet losses", "facet losses arcface"]
) { arguments in
    var descriptors = LossCatalogue.all.map { $0.descriptor }
    let isOne = arguments.positional("loss") != nil
    if let text = arguments.positional("loss") {
        let specification = try LossSpecification(parsing: text)
        let parts = specification.terms.map(\.descriptor)
        descriptors =
            text.contains("+") || parts.isEmpty
            ? [specification.descriptor] + parts : parts
    }
    if arguments.has("--json") {
        let objects = descriptors.map(\.json)
        let data = try JSONSerialization.data(
            withJSONObject: objects, options: [.prettyPrinted, .sortedKeys])
        Console.output(String(decoding: data, as: UTF8.self))
    } else {
        Console.output(
            descriptors.map { isOne ? $0.details : $0.line }
                .joined(separator: isOne ? "\n\n" : "\n"))
    }
    return .success
}

extension LossDescriptor {
    fileprivate var line: String {
        let padded = name.padding(toLength: 16, withPad: " ", startingAt: 0)
        return "\(padded)\(title): \(summary)"
    }

    fileprivate var details: String {
        let rows = parameters.map { parameter in
            "  \(parameter.name) = \(parameter.defaultValue), \(parameter.allowed)\n"
                + "      \(parameter.summary)"
        }
        return """
            \(title) (\(name))
            \(summary)

            Paper:     \(paper)
            Equation:  \(equation)

            Parameters and their defaults:
            \(rows.isEmpty ? "  none" : rows.joined(separator: "\n"))\(presetText)
            """
    }

    private var presetText: String {
        guard !presets.isEmpty else { return "" }
        return "\n\nPresets:\n"
            + presets.map { "  \($0.name)\n      \($0.summary)" }.joined(separator: "\n")
    }

    fileprivate var json: [String: Any] {
        [
            "name": name, "title": title, "summary": summary, "paper": paper,
            "equation": equation,
            "parameters": parameters.map {
                [
                    "name": $0.name, "default": $0.defaultValue.description,
                    "allowed": $0.allowed, "summary": $0.summary,
                ]
            },
        ]
    }
}
