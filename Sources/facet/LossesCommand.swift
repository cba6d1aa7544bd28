import CommandKit
import FaceConfiguration
import FaceLosses
import FaceRuns
import FaceStudy
import Foundation

let lossesCommand = Command(
    "losses", "List the losses, describe one, and plot them.",
    positionals: [
        Positional(
            "loss", "a loss to describe, as for 'show'", isOptional: true,
            completion: .words(StudyOptions.lossNames))
    ],
    options: [
        jsonOption,
        Option("--markdown", .flag, "write the reference of all losses as Markdown"),
    ],
    examples: ["facet losses", "facet losses show arcface"],
    subcommands: [showCommand, plotCommand, toyCommand]
) { arguments in
    if let text = arguments.positional("loss") {
        return try show(text, json: arguments.has("--json"))
    }
    if arguments.has("--markdown") {
        Console.output(String(LossCatalogue.reference.dropLast()))
    } else if arguments.has("--json") {
        try writeJSON(LossCatalogue.descriptors)
    } else {
        Console.outputWrapped(LossCatalogue.descriptors.map(\.line).joined(separator: "\n"))
    }
    return .success
}

private let jsonOption = Option("--json", .flag, "write the descriptions as JSON")

private let showCommand = Command(
    "show", "Describe one loss: equation, paper, parameters, conventions, presets.",
    positionals: [
        Positional(
            "loss",
            "a loss or preset, e.g. arcface or arcface+center, or arcface@STUDY for the values chosen "
                + "there",
            completion: .words(StudyOptions.lossNames))
    ],
    options: [jsonOption],
    examples: ["facet losses show arcface", "facet losses show insightface"]
) { arguments in
    try show(arguments.positional("loss") ?? "", json: arguments.has("--json"))
}

private func show(_ text: String, json: Bool) throws -> ExitCode {
    let request = try LossRequest(parsing: text)
    if request.study != nil { return try show(request, json: json) }
    let specification = try LossSpecification(parsing: text)
    // A term's name alone means the term itself, without the softmax that would be added.
    let isTermAlone = !text.contains("+") && !specification.terms.isEmpty
    let parts = (isTermAlone ? [] : [specification]) + specification.terms
    if json {
        try writeJSON(parts.map(\.descriptor))
    } else {
        Console.outputWrapped(parts.map(\.details).joined(separator: "\n\n"))
    }
    return .success
}

/// Shows the values chosen in a study.
private func show(_ request: LossRequest, json: Bool) throws -> ExitCode {
    let cells = try request.tunedCells()
    if json {
        try Console.standard.writeJSON(cells.map(\.cell))
        return .success
    }
    let lines = cells.map { cell, chosen in
        "\(cell.backbone) on \(cell.trainSet): \(chosen.loss), learning rate "
            + "\(chosen.learningRate), weight decay \(chosen.weightDecay)\n"
            + "    try \(chosen.index)\(chosen.index == 0 ? ", the default" : ""), "
            + String(format: "%.2f %%", (chosen.accuracy ?? 0) * 100)
            + " on \(cell.validation.identities) held-out identities, the best of \(cell.budget.tries)"
    }
    Console.outputWrapped(lines.joined(separator: "\n"))
    return .success
}

private func writeJSON(_ descriptors: [LossDescriptor]) throws {
    let data = try JSONSerialization.data(
        withJSONObject: descriptors.map(\.json), options: [.prettyPrinted, .sortedKeys])
    Console.output(String(decoding: data, as: UTF8.self))
}

extension LossDescriptor {
    fileprivate var line: String {
        let padded = name.padding(toLength: 16, withPad: " ", startingAt: 0)
        let other = aliases + presets.filter { $0.title != $0.name }.map(\.title)
        return "\(padded)\(title): \(summary)"
            + (other.isEmpty ? "" : " Also: \(other.joined(separator: ", ")).")
    }

    fileprivate var json: [String: Any] {
        [
            "name": name, "title": title, "aliases": aliases, "summary": summary, "paper": paper,
            "equation": equation, "normalization": guide.normalization,
            "gradient": guide.gradient, "use": guide.use, "pitfalls": guide.pitfalls,
            "parameters": parameters.map {
                [
                    "name": $0.name, "aliases": $0.aliases, "default": $0.defaultValue.description,
                    "allowed": $0.allowed, "summary": $0.summary,
                ].merging($0.search.map { ["tuned": $0.json] } ?? [:]) { $1 } as [String: Any]
            },
            "presets": presets.map { preset in
                [
                    "name": preset.name, "aliases": preset.aliases, "summary": preset.summary,
                    "values": preset.values.mapValues(\.description),
                ] as [String: Any]
            },
        ]
    }
}

extension SearchRange {
    fileprivate var json: [String: Any] {
        ["lower": lower, "upper": upper, "scale": scale.rawValue]
    }
}

extension LossSpecification {
    fileprivate var details: String {
        let parameters = descriptor.parameters.map { parameter in
            let value = values[parameter.name] ?? parameter.defaultValue
            let note = value == parameter.defaultValue ? "" : " (default \(parameter.defaultValue))"
            let aliases =
                parameter.aliases.isEmpty
                ? "" : " (also \(parameter.aliases.joined(separator: ", ")))"
            return "  \(parameter.name)\(aliases) = \(value)\(note), \(parameter.allowed)\n"
                + "      \(parameter.summary)"
                + (parameter.search.map { "\n      tuned over \($0.text)" } ?? "")
        }
        return """
            \(descriptor.title) (\(descriptor.name))
            \(descriptor.summary)

            \(otherNames)Paper:      \(descriptor.paper)
            Equation:   \(descriptor.equation)
            \(guide)
            Parameters\(values.isEmpty ? " and their defaults" : ""):
            \(parameters.isEmpty ? "  none" : parameters.joined(separator: "\n"))\(presets)
            """
    }

    private var otherNames: String {
        descriptor.aliases.isEmpty
            ? "" : "Also:       \(descriptor.aliases.joined(separator: ", "))\n"
    }

    private var guide: String {
        let guide = descriptor.guide
        let rows = [
            ("Normalised:", guide.normalization), ("Gradient:", guide.gradient),
            ("When:", guide.use), ("Beware:", guide.pitfalls),
        ]
        return rows.filter { !$1.isEmpty }.map { title, text in
            title.padding(toLength: 12, withPad: " ", startingAt: 0) + text + "\n"
        }.joined()
    }

    private var presets: String {
        guard !descriptor.presets.isEmpty else { return "" }
        return "\n\nPresets:\n"
            + descriptor.presets.map { preset in
                let values = preset.values.map { "\($0)=\($1)" }.sorted().joined(separator: ",")
                let names = [preset.name] + preset.aliases
                return "  \(names.joined(separator: ", ")): \(preset.summary)"
                    + (values.isEmpty ? "" : "\n      \(values)")
            }.joined(separator: "\n")
    }
}
