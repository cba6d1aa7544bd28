import CommandKit
import FaceData
import Foundation
import SafeFiles
import Spelling

let protocolCommand = Command(
    "protocol", "Draw other protocols than pairs from a set.",
    subcommands: [identificationCommand])

let identificationCommand = Command(
    "identification", "Draw an identification protocol: people enrolled, probes, unknown people.",
    discussion: """
        Some images of each known person are enrolled as one template; others are probes, one \
        image each unless --probe-images says otherwise. Unknown people have probes but are not enrolled; distractors are enrolled but have \
        no probes. People with too few images become unknown first. The list is read by \
        --test NAME=SET,OUT; if it is identification.tsv in the set's folder, also by --test NAME=SET.
        """,
    positionals: [
        Positional("set", "a folder <identity>/<image>"),
        Positional("out", "the list to write, e.g. identification.tsv"),
    ],
    options: [
        Option("--enrol", .value("N"), "enrolled images per person; default 1"),
        Option("--probes", .value("N"), "maximum number of probes per person; default 5"),
        Option(
            "--probe-images", .value("N"), "a probe has 1 to N images, in turn; default 1"),
        Option(
            "--galleries", .value("N"),
            "galleries with different people, who are unknown to the others; default 1"),
        Option(
            "--unknown", .value("FRACTION"),
            "fraction of the people who are not enrolled, 0 for a closed set; default 0.3"),
        Option("--distractors", .value("N"), "people who are only enrolled; default 0"),
        Option("--seed", .value("N"), "random seed; default 1"),
    ] + DataWork.options,
    examples: [
        "facet data protocol identification faces faces/identification.tsv --enrol 3",
        "facet data protocol identification faces ijb.tsv --enrol 2 --galleries 2 --probe-images 3",
    ]
) { arguments in
    let work = try DataWork(arguments)
    return try work.run {
        guard case .labelled(let set) = try work.open(arguments) else {
            throw FaceDataError.unknownFormat(
                path: arguments.positional("set") ?? "",
                reason: "it is a test set; give a folder of people")
        }
        let draw = IdentificationDraw(
            enrolled: try arguments.whole("--enrol", in: 1...1000) ?? 1,
            probes: try arguments.whole("--probes", in: 1...100_000) ?? 5,
            probeImages: try arguments.whole("--probe-images", in: 1...1000) ?? 1,
            galleries: try arguments.whole("--galleries", in: 1...16) ?? 1,
            unknownFraction: try unknownFraction(arguments),
            distractors: try arguments.whole("--distractors", in: 0...100_000_000) ?? 0,
            seed: UInt64(try arguments.whole("--seed", in: 0...Int.max) ?? 1))
        let templates = try draw.protocolSet(of: set)
        let out = DataWork.url(arguments, "out")
        try DataWork.requireNoSource(among: [out], arguments, .labelled(set))
        try FileWriter.write(Array(ProtocolFile.text(of: templates).utf8), to: out)
        let enrolled = templates.galleries.reduce(0) { $0 + $1.templates.count }
        let known = Set(
            templates.galleries.flatMap(\.templates).map { templates.templates[$0].person })
        let unknown = templates.probes.count { !known.contains(templates.templates[$0].person) }
        try work.write(
            ["enrolled": enrolled, "probes": templates.probes.count - unknown, "unknown": unknown],
            text: "\(counted(enrolled, "template")) enrolled, "
                + "\(counted(templates.probes.count - unknown, "probe")) of their people and "
                + "\(grouped(unknown)) of unknown people are in \(out.path)")
        return .success
    }
}

/// The value of `--unknown`.
private func unknownFraction(_ arguments: Arguments) throws -> Double {
    guard let text = arguments.value("--unknown") else { return 0.3 }
    guard let share = Double(text), (0...0.9).contains(share) else {
        throw CommandError.badValue(
            option: "--unknown", value: text, expected: "a fraction from 0 to 0.9")
    }
    return share
}
