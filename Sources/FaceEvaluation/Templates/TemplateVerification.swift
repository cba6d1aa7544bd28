public import FaceData
import SafeNumbers

/// TAR at chosen false acceptance rates, with its distribution over draws of people, which weight both
/// people of a pair.
public struct TemplateVerification: Sendable {
    /// Scores of the pairs by kind.
    public let scores: TemplateScores
    /// For each requested rate, TAR on draws of people; nil if pairs of one kind are missing.
    public let replicates: [PeopleReplicates?]
    /// The requested false acceptance rates.
    public let rates: [Double]

    /// False acceptance rates of IJB's tables.
    public static let defaultRates = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
    /// Minimum expected number of false accepts for a figure to be reported.
    public static let minExpectedErrors = 10.0

    /// Number of impostor pairs that a rate needs.
    public static func impostorsNeeded(forRate rate: Double) -> Int {
        Int((minExpectedErrors / rate * (1 - 1e-12)).rounded(.up))
    }

    /// Scores pairs of templates.
    ///
    /// - Parameters:
    ///   - pairs: Pairs of the set's templates.
    ///   - people: A number for each template's person, see ``TemplateSet/peopleOfTemplates``.
    ///   - embeddings: A normalised row for each template.
    ///   - draws: Draws of the people.
    public init(
        of pairs: TemplatePairs, people: [Int], _ embeddings: EmbeddingTable,
        rates: [Double] = defaultRates, draws: Int = PeopleReplicates.defaultDraws, seed: UInt64 = 1
    ) throws {
        let cosines = try TemplateScores.cosines(of: pairs, embeddings)
        try self.init(
            of: pairs, people: people, cosines, TemplateScores(of: pairs, cosines: cosines),
            rates: rates, draws: draws, seed: seed)
    }

    /// Takes the cosines of pairs in their order, and the same by kind.
    init(
        of pairs: TemplatePairs, people: [Int], _ cosines: [Double], _ scores: TemplateScores,
        rates: [Double] = defaultRates, draws: Int, seed: UInt64 = 1
    ) throws {
        for rate in rates where !(rate > 0 && rate <= 1) {
            throw FaceEvaluationError.invalidRate(name: "the FAR", value: rate)
        }
        self.rates = rates
        self.scores = scores
        guard !scores.genuine.isEmpty, !scores.impostor.isEmpty else {
            replicates = rates.map { _ in nil }
            return
        }
        let drawn = PairDraws(
            pairs, cosines, people, bound: scores.threshold(atFAR: min(1, 1.5 * (rates.max() ?? 0)))
        )
        let count = Set(people).count
        let source = PeopleDraws(people: (people.max() ?? 0) + 1, count: draws, seed: seed)
        var values = [[Double]](repeating: [], count: rates.count)
        for draw in 0..<draws {
            for (index, value) in drawn.tars(rates, source.weights(draw)).enumerated() {
                if let value { values[index].append(value) }
            }
        }
        replicates = zip(rates, values).map { rate, values in
            PeopleReplicates(estimate: scores.tar(atFAR: rate), draws: values, people: count)
        }
    }

    /// TAR at a rate, or nil if fewer than ten false accepts are expected.
    public func supportedTAR(_ index: Int) -> Double? {
        let expected = rates[index] * Double(scores.impostor.count) * (1 + 1e-12)
        guard expected >= Self.minExpectedErrors, !scores.genuine.isEmpty else { return nil }
        return scores.tar(atFAR: rates[index])
    }
}

/// Pairs prepared for draws of people: sorted by score, without the lowest scores.
struct PairDraws {
    /// A pair's score, and the people of both sides.
    struct Pair {
        let score: Double
        let first: Int32
        let second: Int32
    }

    private let genuine: [Pair]
    private let impostor: [Pair]
    /// Every n-th impostor pair, to estimate the sum of all weights.
    private let sample: [(Int32, Int32)]
    private let step: Int
    /// The threshold if all prepared impostor pairs are accepted.
    private let lowest: Double

    /// Takes prepared pairs.
    ///
    /// - Parameters:
    ///   - genuine: Pairs of one person, highest score first.
    ///   - impostor: The highest pairs of two people, highest score first.
    ///   - sample: The people of every `step`-th impostor pair, also of those that were not prepared.
    ///   - lowest: The threshold if all prepared impostor pairs are accepted.
    init(
        genuine: [Pair], impostor: [Pair], sample: [(Int32, Int32)], step: Int, lowest: Double
    ) {
        (self.genuine, self.impostor) = (genuine, impostor)
        (self.sample, self.step, self.lowest) = (sample, step, lowest)
    }

    init(_ pairs: TemplatePairs, _ scores: [Double], _ people: [Int], bound: Double) {
        var (genuine, impostor, sample) = ([Pair](), [Pair](), [(Int32, Int32)]())
        let count = pairs.same.count { !$0 }
        step = max(1, count >> 20)
        var number = 0
        for index in scores.indices {
            let first = Int32(people[Int(pairs.first[index])])
            let second = Int32(people[Int(pairs.second[index])])
            let pair = Pair(score: scores[index], first: first, second: second)
            if pairs.same[index] {
                genuine.append(pair)
                continue
            }
            if scores[index] > bound { impostor.append(pair) }
            if number % step == 0 { sample.append((first, second)) }
            number += 1
        }
        self.genuine = genuine.sorted { $0.score > $1.score }
        self.impostor = impostor.sorted { $0.score > $1.score }
        self.sample = sample
        lowest = -.infinity
    }

    /// TAR at each rate for weighted people; an impostor pair has the product of both weights.
    func tars(_ rates: [Double], _ weights: [Float]) -> [Double?] {
        var total = 0.0
        for (first, second) in sample {
            total += Double(weights[Int(first)] * weights[Int(second)])
        }
        total *= Double(step)
        var sums = genuine.map { Double(weights[Int($0.first)]) }
        for index in sums.indices.dropFirst() { sums[index] += sums[index - 1] }
        guard total > 0, let all = sums.last, all > 0 else { return rates.map { _ in nil } }
        var result = [Double?](repeating: nil, count: rates.count)
        var (accepted, place) = (0.0, 0)
        for index in rates.indices.sorted(by: { rates[$0] < rates[$1] }) {
            let allowed = rates[index] * total * (1 + 1e-12)
            while place < impostor.count {
                let pair = impostor[place]
                let weight = Double(weights[Int(pair.first)] * weights[Int(pair.second)])
                if accepted + weight > allowed { break }
                accepted += weight
                place += 1
            }
            let threshold = place < impostor.count ? impostor[place].score : lowest
            let above = genuine.partitioningIndex { $0.score <= threshold }
            result[index] = above > 0 ? sums[above - 1] / all : 0
        }
        return result
    }
}

extension TemplateSet {
    /// A number for the person of each template: the set's own, and if it is unknown, one for
    /// all templates that genuine pairs connect.
    public var peopleOfTemplates: [Int] {
        var parent = Array(templates.indices)
        func root(_ index: Int) -> Int {
            var index = index
            while parent[index] != index {
                parent[index] = parent[parent[index]]
                index = parent[index]
            }
            return index
        }
        for index in 0..<pairs.count where pairs.same[index] {
            let (first, second) = (root(Int(pairs.first[index])), root(Int(pairs.second[index])))
            if first != second { parent[max(first, second)] = min(first, second) }
        }
        var byPerson: [Int: Int] = [:]
        for (index, template) in templates.enumerated() {
            guard let person = template.person else { continue }
            let own = root(index)
            let other = root(byPerson[person] ?? own)
            if own != other { parent[max(own, other)] = min(own, other) }
            byPerson[person] = root(index)
        }
        var numbers: [Int: Int] = [:]
        return templates.indices.map { index in
            let root = root(index)
            let number = numbers[root] ?? numbers.count
            numbers[root] = number
            return number
        }
    }

    /// Maximum number of pairs of ``crossPairs``.
    public static let mostCrossPairs = 30_000_000

    /// Every probe with every template of the galleries: the pairs of a set that names none. Those of
    /// templates whose person is unknown count as impostor pairs. Empty if there would be more than
    /// ``mostCrossPairs``.
    public var crossPairs: TemplatePairs {
        var pairs = TemplatePairs()
        let enrolled = Set(galleries.flatMap(\.templates)).sorted()
        guard probes.count * enrolled.count <= Self.mostCrossPairs else { return pairs }
        for probe in probes {
            for other in enrolled {
                let person = templates[probe].person
                pairs.append(probe, other, same: person != nil && person == templates[other].person)
            }
        }
        return pairs
    }
}
