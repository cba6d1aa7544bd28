import TestTeams
import Testing
import Torch

@testable import Processes

@Suite("A sum over processes", .serialized)
struct SummationTests {
    /// Terms of very different magnitudes, so that another order gives other bits.
    private static func term(_ index: Int, count: Int = 1003) -> Tensor {
        let term = Tensor.zeros([count])
        term.fillNormal(standardDeviation: 1, seed: UInt64(index + 1))
        return term * (index % 3 == 0 ? 1e4 : 1)
    }

    /// Pairwise summation, written without the tree.
    private static func pairwise(_ terms: ArraySlice<[Float]>) -> [Float] {
        guard terms.count > 1, let first = terms.first else { return terms.first ?? [] }
        let middle = terms.startIndex + (terms.count + 1) / 2
        let (left, right) = (pairwise(terms[..<middle]), pairwise(terms[middle...]))
        return first.indices.map { left[$0] + right[$0] }
    }

    @Test("continues while others are begun, in either order of adding", arguments: [2, 3, 4])
    func pending(_ size: Int) throws {
        let counts = [5, 1003, 1]
        @Sendable func partial(_ count: Int, _ share: Range<Int>) -> PartialSum {
            var sum = PartialSum(SummationTree(terms: 7), terms: share)
            for index in share { sum.add(Self.term(index, count: count)) }
            return sum
        }
        let expected = counts.map { partial($0, 0..<7).total().array(of: Float.self) }
        let doubles = counts.map { count in
            (0..<7).map { Self.term($0, count: count).to(.float64) }.reduce(
                .zeros([count], type: .float64), +)
        }
        let sums = try together(size) { team -> [[[Float]]] in
            let share = SummationTree.range(of: team.rank, among: size, terms: 7)
            return try Reduction.allCases.map { reduction in
                try team.exchange { group throws(TorchError) in
                    var pending: [PendingSum] = []
                    for count in counts {
                        try pending.last?.advance()
                        pending.append(try partial(count, share).total(reduction, among: group))
                    }
                    var sums: [[Float]] = []
                    for sum in pending { sums.append(try sum.finish().array()) }
                    return sums
                }
            }
        }
        let first = try sums[0].get()
        for sum in sums { #expect(try sum.get() == first) }
        let (exact, fast) = (first[0], first[1])
        #expect(Reduction.allCases == [.exact, .fast] && exact == expected)
        for (sum, double) in zip(fast, doubles) {
            let difference = Tensor(sum, shape: [sum.count]).to(.float64) - double
            // Seven terms of up to 5e4 in float32.
            #expect(difference.abs().max().item() < 0.05)
        }
    }

    @Test("has the same bits for any number of processes", arguments: [1, 2, 5, 12])
    func sameBits(_ terms: Int) throws {
        let expected = Self.pairwise((0..<terms).map { Self.term($0).array(of: Float.self) }[...])
        for size in 1...min(4, terms) {
            let sums = try together(size) { team -> [Float] in
                let share = SummationTree.range(of: team.rank, among: size, terms: terms)
                var sum = PartialSum(SummationTree(terms: terms), terms: share)
                for index in share { sum.add(Self.term(index)) }
                return try team.exchange { group throws(TorchError) in try sum.total(among: group) }
                    .array()
            }
            for sum in sums { #expect(try sum.get() == expected, "\(size) processes") }
        }
        var alone = PartialSum(SummationTree(terms: terms), terms: 0..<terms)
        for index in 0..<terms { alone.add(Self.term(index)) }
        #expect(alone.total().array(of: Float.self) == expected)
    }

    @Test("is nearer to the sum in float64 than adding one after another is")
    func error() {
        let terms = (0..<256).map { Self.term($0, count: 2000) }
        let exact = terms.reduce(Tensor.zeros([2000], type: .float64)) { $0 + $1.to(.float64) }
        func error(_ sum: Tensor) -> Double {
            (sum.to(.float64) - exact).square().sum().item().squareRoot()
        }
        var tree = PartialSum(SummationTree(terms: 256), terms: 0..<256)
        for term in terms { tree.add(term) }
        let ring = terms.dropFirst().reduce(terms[0], +)
        #expect(error(tree.total()) < 0.5 * error(ring))
    }

    @Test("keeps NaN and infinity from any process")
    func notFinite() throws {
        let sums = try together(3) { team -> [Float] in
            var sum = PartialSum(
                SummationTree(terms: 3), terms: team.rank..<team.rank + 1)
            sum.add(
                Tensor([
                    team.rank == 2 ? Float.nan : 1, 1, team.rank == 1 ? .infinity : 0,
                ]))
            return try sum.total(among: team.group).array()
        }
        for sum in sums {
            let sum = try sum.get()
            #expect(sum[0].isNaN && sum[1] == 3 && sum[2] == .infinity)
        }
    }

    @Test("gives every term to one process", arguments: [(12, 5), (7, 7), (4, 3)])
    func shares(_ terms: Int, _ size: Int) {
        let shares = (0..<size).map { SummationTree.range(of: $0, among: size, terms: terms) }
        #expect(shares.flatMap { Array($0) } == Array(0..<terms))
        #expect(shares.allSatisfy { !$0.isEmpty })
    }
}
