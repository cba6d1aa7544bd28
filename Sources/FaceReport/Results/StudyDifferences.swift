import Charts
import FaceConfiguration
import FaceRuns
import Foundation

/// The differences between two studies, and whether their runs may be pooled.
package struct StudyDifferences: Sendable {
    /// A setting that is not the same in both.
    package struct Difference: Hashable, Sendable {
        /// The differing setting, e.g. `training.epochs`.
        package let key: String
        /// Its values in the first study.
        package let first: [String]
        /// Its values in the second study.
        package let second: [String]
        /// Whether it affects the runs' numbers, so that runs of the two studies are not repetitions of one
        /// another.
        package let decides: Bool
    }

    /// Number of cells (training set, backbone, loss and sampler) that both studies have.
    package let shared: Int
    /// Cells that only the first has.
    package let onlyFirst: [String]
    /// Cells that only the second has.
    package let onlySecond: [String]
    /// The differences between runs of the same cells.
    package let differences: [Difference]

    package init(_ first: StudyResults, _ second: StudyResults) {
        let (a, b) = (Self.cells(first), Self.cells(second))
        let both = a.keys.filter { b[$0] != nil }.sorted()
        shared = both.count
        onlyFirst = a.keys.filter { b[$0] == nil }.sorted()
        onlySecond = b.keys.filter { a[$0] == nil }.sorted()
        // Without a common cell, the studies are compared as a whole.
        let runs = { (cells: [String: [ReportedRun]]) in
            (both.isEmpty ? cells.keys.sorted() : both).flatMap { cells[$0] ?? [] }
        }
        differences = Self.compare(runs(a), runs(b))
    }

    /// The differences that rule out pooling; empty if there are none.
    package var obstacles: [Difference] { differences.filter(\.decides) }

    /// Whether runs of the two studies are repetitions of one another with other seeds.
    package var arePoolable: Bool { shared > 0 && obstacles.isEmpty }

    private static func cells(_ results: StudyResults) -> [String: [ReportedRun]] {
        Dictionary(grouping: results.runs) { run in
            let identity = run.description.identity
            return [identity.trainSet, identity.backbone, identity.lossKey, identity.sampler]
                .joined(separator: ", ")
        }
    }

    private static func compare(_ first: [ReportedRun], _ second: [ReportedRun]) -> [Difference] {
        let (a, b) = (values(first), values(second))
        return Set(a.keys).union(b.keys).sorted().compactMap { key in
            let (mine, theirs) = (a[key] ?? [], b[key] ?? [])
            guard mine != theirs else { return nil }
            return Difference(
                key: key, first: mine.sorted(), second: theirs.sorted(),
                decides: !harmless.contains(key))
        }
    }

    /// Settings that only affect a run's duration or the last bits of its numbers, or in which repetitions
    /// differ.
    private static let harmless: Set = [
        "recipe", "seeds", "threads", "backbones", "losses", "sampler", "command",
        "environment.threads",
        "environment.processor", "environment.memory", "environment.system",
        "environment.commit", "environment.libtorch", "environment.facet", "device", "kernels",
        "environment.kernels",
    ]

    /// Every setting of some runs, with all of its values.
    private static func values(_ runs: [ReportedRun]) -> [String: Set<String>] {
        var values: [String: Set<String>] = [:]
        for run in runs {
            var settings = flattened(run.description.configuration, "")
            let train = run.description.train
            settings["training data (hash of \(train.name))"] = train.contentHash
            for test in run.description.tests {
                settings["pairs of \(test.name)"] = Format.count(test.pairs)
                settings["pairs each epoch of \(test.name)"] = Format.count(test.pairsEachEpoch)
            }
            if let machine = run.environment {
                settings["environment.precision"] = machine.precision
                settings["environment.kernels"] = machine.kernels
                settings["environment.device"] = DeviceKind.name(machine.device)
                settings["environment.processor"] = machine.processor
                settings["environment.threads"] = Format.count(machine.threads)
                settings["environment.commit"] = machine.commit
                settings["environment.libtorch"] = machine.libtorch
                settings["environment.facet"] = machine.facet
            }
            for (key, value) in settings { values[key, default: []].insert(value) }
        }
        return values
    }

    /// A configuration's members by their paths. The paths of images are excluded, because their content is
    /// compared.
    private static func flattened(_ value: JSONValue, _ path: String) -> [String: String] {
        switch value {
        case .object(let members):
            return members.reduce(into: [:]) { result, member in
                let isLocation =
                    ["images", "without"].contains(member.key)
                    || (member.key == "pairs" && path != "validation")
                guard !isLocation else { return }
                let inner = path.isEmpty ? member.key : "\(path).\(member.key)"
                result.merge(flattened(member.value, inner)) { a, _ in a }
            }
        case .array(let items) where items.contains(where: \.isObject):
            return items.enumerated().reduce(into: [:]) { result, item in
                result.merge(flattened(item.element, "\(path)[\(item.offset)]")) { a, _ in a }
            }
        default:
            return [path: text(value)]
        }
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .null: "none"
        case .bool(let value): value ? "yes" : "no"
        case .number(let value): Format.plain(value)
        case .large(let value): "\(value)"
        case .string(let value): value
        case .array(let items): items.map(text).joined(separator: ", ")
        case .object: ""
        }
    }
}

extension JSONValue {
    fileprivate var isObject: Bool {
        if case .object = self { true } else { false }
    }
}
