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

    @Test("has the same bits for any number of processes", arguments: [1, 2, 5, 12])
    func sameBits(_ terms: Int) throws {
        let expected = Self.pairwise((0..<terms).map { Self.term($0).array(of: Float.self) }[...])
        for size in 1...min(4, terms) {
            let sums = try together(size) { team -> [Float] in
                let share = SummationTree.share(of: team.place.rank, among: size, terms: terms)
                var sum = PartialSum(SummationTree(terms: terms), share: share)
                for index in share { sum.add(Self.term(index)) }
                return try team.exchange { group throws(TorchError) in try sum.total(among: group) }
                    .array()
            }
            for sum in sums { #expect(try sum.get() == expected, "\(size) processes") }
        }
        var alone = PartialSum(SummationTree(terms: terms), share: 0..<terms)
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
        var tree = PartialSum(SummationTree(terms: 256), share: 0..<256)
        for term in terms { tree.add(term) }
        let ring = terms.dropFirst().reduce(terms[0], +)
        #expect(error(tree.total()) < 0.5 * error(ring))
    }

    @Test("keeps NaN and infinity from any process")
    func notFinite() throws {
        let sums = try together(3) { team -> [Float] in
            var sum = PartialSum(
                SummationTree(terms: 3), share: team.place.rank..<team.place.rank + 1)
            sum.add(
                Tensor([
                    team.place.rank == 2 ? Float.nan : 1, 1, team.place.rank == 1 ? .infinity : 0,
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
        let shares = (0..<size).map { SummationTree.share(of: $0, among: size, terms: terms) }
        #expect(shares.flatMap { Array($0) } == Array(0..<terms))
        #expect(shares.allSatisfy { !$0.isEmpty })
    }
}
