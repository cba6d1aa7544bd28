import Charts
import FaceRuns

/// The order of losses, backbones and training sets in a report, and their titles.
struct DisplayOrder {
    let losses: [LossSeries]
    let backbones: [String]
    let trainSets: [String]
    let backboneTitles: [String: String]

    private let seriesByKey: [LossKey: LossSeries]

    init(_ runs: [ReportedRun]) {
        let sizes = Dictionary(
            runs.map { ($0.configuration.backbone, $0.description.backbone) },
            uniquingKeysWith: { a, _ in a }
        )
        backbones = sizes.sorted { a, b in
            (b.value.multiplyAdds, a.key) < (a.value.multiplyAdds, b.key)
        }.map(\.key)
        backboneTitles = Self.distinct(backbones.map { ($0, sizes[$0]?.title ?? $0) }) { $0 }

        let images = Dictionary(
            runs.map { ($0.configuration.trainSet, $0.description.train.images) },
            uniquingKeysWith: max)
        trainSets = images.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)

        seriesByKey = Self.series(runs)
        losses = seriesByKey.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The series a run belongs to.
    func series(of run: ReportedRun) -> LossSeries? { seriesByKey[LossKey(run)] }

    private static func series(_ runs: [ReportedRun]) -> [LossKey: LossSeries] {
        let titles = Dictionary(
            runs.map { (LossKey($0), $0.description.lossTitle) }, uniquingKeysWith: { a, _ in a })
        let requested = Dictionary(
            runs.map { (LossKey($0), $0.description.lossName) }, uniquingKeysWith: { a, _ in a })
        let keys = titles.keys.sorted()
        let samplers = Dictionary(grouping: keys, by: \.loss).mapValues(\.count)
        let names = distinct(keys.map { ($0, titles[$0] ?? $0.loss) }) { key in
            samplers[key.loss, default: 0] > 1 ? "\(key.loss), \(key.sampler)" : key.loss
        }
        let styles = SeriesStyle.assign(keys.map(\.loss))
        return Dictionary(
            uniqueKeysWithValues: zip(keys, styles).map { key, style in
                let series = LossSeries(
                    loss: key.loss, requested: requested[key] ?? key.loss, sampler: key.sampler,
                    title: names[key] ?? key.loss,
                    style: style)
                return (key, series)
            })
    }

    /// Titles, with the keys' text added where two would be the same.
    private static func distinct<Key: Hashable>(
        _ titles: [(Key, String)], words: (Key) -> String
    ) -> [Key: String] {
        let counts = Dictionary(grouping: titles, by: \.1).mapValues(\.count)
        let pairs = titles.map { key, title in
            (key, (counts[title] ?? 1) > 1 ? "\(title) (\(words(key)))" : title)
        }
        return Dictionary(pairs, uniquingKeysWith: { a, _ in a })
    }
}

/// The properties that identify a series: the loss, its parameters, and the sampler.
private struct LossKey: Hashable, Comparable {
    let loss: String
    let sampler: String

    init(_ run: ReportedRun) {
        loss = run.description.identity.lossKey
        sampler = run.description.identity.sampler
    }

    static func < (a: LossKey, b: LossKey) -> Bool {
        let ranks = (KnownLoss.rank(a.loss), KnownLoss.rank(b.loss))
        return (ranks.0, a.loss, a.sampler) < (ranks.1, b.loss, b.sampler)
    }
}
