public import FaceData
import FaceStatistics
import Spelling

/// Error rates of each group of people at one threshold for all, as NIST reports demographic
/// differentials (NISTIR 8280): the threshold that has a false match rate on all pairs.
public struct GroupReport: Codable, Sendable, Hashable {
    /// The rates of one group, or of the pairs between two.
    public struct Row: Codable, Sendable, Hashable {
        /// The groups of a pair; equal within a group.
        public let groups: [String]
        /// Number of people in the group, or in both groups together.
        public let people: Int
        /// Number of genuine pairs; 0 for two groups.
        public let genuine: Int
        /// Number of impostor pairs.
        public let impostor: Int
        /// False non-match rate at the common threshold; nil without pairs.
        public let fnmr: Double?
        /// Its 95 % interval over people.
        public let fnmrInterval: [Double]?
        /// False match rate at the common threshold; nil without pairs.
        public let fmr: Double?
        /// Its 95 % interval over people.
        public let fmrInterval: [Double]?
        /// FNMR minus that of the best group, with its interval; nil for the best group and for pairs of groups.
        public let toBest: [Double]?
        /// Why the row must be interpreted with caution; nil if there is no reason.
        public let caveat: String?
        /// ``fnmr`` on draws of the people, for comparing groups and models; nil without pairs.
        public let fnmrReplicates: PeopleReplicates?
        /// ``fmr`` on draws of the people; nil without pairs.
        public let fmrReplicates: PeopleReplicates?

        /// Whether the row is about one group rather than the pairs between two.
        public var isWithin: Bool { groups[0] == groups[1] }
        /// Its name in tables.
        public var title: String { isWithin ? groups[0] : groups.joined(separator: " and ") }

        /// Keys of the file: a caveat is stored as "caution".
        private enum CodingKeys: String, CodingKey {
            case groups, people, genuine, impostor, fnmr, fnmrInterval, fmr, fmrInterval, toBest
            case fnmrReplicates, fmrReplicates
            case caveat = "caution"
        }
    }

    /// Name of the attribute that groups people.
    public let attribute: String
    /// The false match rate that the threshold has on all pairs.
    public let fmr: Double
    /// The cosine above which pairs are accepted; -1...1.
    public let threshold: Double
    /// A row for each group, then one for each pair of groups.
    public let rows: [Row]

    /// The group with the highest false non-match rate.
    public var worst: String? {
        rows.filter { $0.fnmr != nil && $0.isWithin }
            .max { ($0.fnmr ?? 0) < ($1.fnmr ?? 0) }?.groups[0]
    }

    /// Maximum number of groups of an attribute, since all pairs of groups are compared.
    public static let mostGroups = 24

    /// With fewer people than this, or fewer than ten expected false matches, a row must be interpreted
    /// with caution.
    public static let fewPeople = 30

    /// Counts errors by groups.
    ///
    /// - Parameters:
    ///   - pairs: Pairs of templates, with their cosines.
    ///   - people: A number for each template's person.
    ///   - groups: The group of each template; nil for none.
    ///   - fmr: The false match rate that determines the threshold.
    ///   - draws: Draws of the people.
    /// - Throws: ``FaceEvaluationError/oneKindOnly(same:)`` for pairs of one kind alone.
    public init(
        _ attribute: String, pairs: TemplatePairs, cosines: [Double], people: [Int],
        groups: [String?], fmr: Double = 1e-3, draws: Int = 500
    ) throws {
        let impostors = RadixSort.descending(
            zip(cosines, pairs.same).filter { !$0.1 }.map(\.0))
        guard !impostors.isEmpty, impostors.count < pairs.count else {
            throw FaceEvaluationError.oneKindOnly(same: impostors.isEmpty)
        }
        let allowed = TemplateScores.allowed(fmr, of: impostors.count)
        let threshold = allowed < impostors.count ? impostors[allowed] : -.infinity
        var counts: [[String]: GroupCounts] = [:]
        for index in cosines.indices {
            let (first, second) = (Int(pairs.first[index]), Int(pairs.second[index]))
            guard let one = groups[first], let other = groups[second] else { continue }
            let key = [one, other].sorted()
            counts[key, default: GroupCounts()].add(
                people[first], people[second], same: pairs.same[index],
                isAccepted: cosines[index] > threshold)
        }
        let count = (people.max() ?? 0) + 1
        let source = PeopleDraws(people: count, count: draws, seed: 1)
        let weights = (0..<draws).map { source.weights($0) }
        let replicates = counts.mapValues { $0.replicates(weights) }
        let within = counts.keys.filter { $0[0] == $0[1] }.sorted { $0[0] < $1[0] }
        let best = within.filter { replicates[$0]?.fnmr != nil }
            .min { (replicates[$0]?.fnmr?.estimate ?? 1) < (replicates[$1]?.fnmr?.estimate ?? 1) }
        let across = counts.keys.filter { $0[0] != $0[1] }.sorted {
            ($0[0], $0[1]) < ($1[0], $1[1])
        }
        self.attribute = attribute
        self.fmr = fmr
        self.threshold = threshold
        rows = (within + across).compactMap { key in
            guard let counted = counts[key], let found = replicates[key] else { return nil }
            let reference =
                key[0] == key[1] && key != best ? best.flatMap { replicates[$0]?.fnmr } : nil
            return Row(key, counted, found, best: reference, fmr: fmr)
        }
    }
}

/// The pairs of a group, and the errors among them.
private struct GroupCounts {
    private(set) var people: Set<Int> = []
    private(set) var genuine: [Int: (pairs: Int, errors: Int)] = [:]
    private(set) var impostors = 0
    private(set) var falseMatches: [(Int, Int)] = []
    private var others: [Int: Int] = [:]

    mutating func add(_ first: Int, _ second: Int, same: Bool, isAccepted: Bool) {
        people.insert(first)
        people.insert(second)
        if same {
            genuine[first, default: (0, 0)].pairs += 1
            if !isAccepted { genuine[first, default: (0, 0)].errors += 1 }
            return
        }
        impostors += 1
        others[first, default: 0] += 1
        if isAccepted { falseMatches.append((first, second)) }
    }

    var genuinePairs: Int { genuine.values.reduce(0) { $0 + $1.pairs } }

    /// The rates on draws of people.
    func replicates(_ weights: [[Float]]) -> (fnmr: PeopleReplicates?, fmr: PeopleReplicates?) {
        func rate(_ weights: (Int) -> Double) -> Double? {
            var (errors, pairs) = (0.0, 0.0)
            for (person, count) in genuine {
                errors += weights(person) * Double(count.errors)
                pairs += weights(person) * Double(count.pairs)
            }
            return pairs > 0 ? errors / pairs : nil
        }
        func matches(_ weights: (Int) -> Double) -> Double? {
            guard impostors > 0 else { return nil }
            var (errors, pairs) = (0.0, 0.0)
            for (first, second) in falseMatches { errors += weights(first) * weights(second) }
            // The weight of a pair's second person is 1 on average.
            for (person, count) in others { pairs += weights(person) * Double(count) }
            return pairs > 0 ? min(1, errors / pairs) : nil
        }
        func drawn(_ rate: ((Int) -> Double) -> Double?) -> PeopleReplicates? {
            rate { _ in 1 }.map { estimate in
                PeopleReplicates(
                    estimate: estimate,
                    draws: weights.map { draw in rate { Double(draw[$0]) } ?? estimate },
                    people: people.count)
            }
        }
        return (drawn(rate), drawn(matches))
    }
}

extension GroupReport.Row {
    fileprivate init(
        _ groups: [String], _ counts: GroupCounts,
        _ found: (fnmr: PeopleReplicates?, fmr: PeopleReplicates?), best: PeopleReplicates?,
        fmr: Double
    ) {
        func ends(_ replicates: PeopleReplicates?) -> [Double]? {
            replicates.map { [max(0, $0.interval().lower), min(1, $0.interval().upper)] }
        }
        self.groups = groups
        people = counts.people.count
        genuine = counts.genuinePairs
        impostor = counts.impostors
        fnmr = found.fnmr?.estimate
        fnmrInterval = ends(found.fnmr)
        self.fmr = found.fmr?.estimate
        fmrInterval = ends(found.fmr)
        toBest = best.flatMap { best in found.fnmr?.minus(best) }.map { difference in
            let interval = difference.interval()
            return [difference.estimate, interval.lower, interval.upper]
        }
        fnmrReplicates = found.fnmr
        fmrReplicates = found.fmr
        let expected = fmr * Double(counts.impostors)
        caveat =
            counts.people.count < GroupReport.fewPeople
            ? "only \(counted(counts.people.count, "person", "people"))"
            : expected < TemplateVerification.minExpectedErrors
                ? "fewer than ten false matches to be expected" : nil
    }
}
