import FaceEvaluation
import FaceStatistics
import Foundation
import Testing

/// One case of `Fixtures/geometry.json`, which `make_geometry.py` made.
struct GeometryCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Spread: Decodable, Sendable {
        let mean: Double
        let standardDeviation: Double
        let quantiles: [Double]
    }

    let name: String
    let dimension: Int
    let weightsEach: Int
    let embeddings: [Float]
    let labels: [Int]
    let weights: [Float]
    let pairs: [[Int]]
    let angles: [Double]
    let own: [Double]
    let nearestOther: [Double]
    let norms: Spread
    let points: [[Double]]
    let explained: [Double]

    var table: EmbeddingTable {
        get throws {
            try EmbeddingTable(count: labels.count, dimension: dimension, values: embeddings)
        }
    }

    var testDescription: String { name }

    static let all: [GeometryCase] = Fixture.read("geometry") ?? []
}

@Suite struct EmbeddingGeometryTests {
    private func expectClose(
        _ mine: [Double], _ theirs: [Double], within tolerance: Double = 1e-9,
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(mine.count == theirs.count, sourceLocation: location)
        let worst = zip(mine, theirs).map { abs($0 - $1) }.max() ?? 0
        #expect(worst < tolerance, "off by \(worst)", sourceLocation: location)
    }

    @Test func hasCases() { #expect(GeometryCase.all.count == 4) }

    @Test(arguments: GeometryCase.all)
    func anglesAreNumPys(golden: GeometryCase) throws {
        let table = try golden.table
        expectClose(
            try table.angles(of: golden.pairs.map { ($0[0], $0[1]) }), golden.angles, within: 1e-5)
        var angles = try ClassAngles(
            of: table, labels: golden.labels, weightsEach: golden.weightsEach)
        // In two blocks that part in the middle of a class.
        let size = golden.dimension
        let rows = golden.weights.count / size
        for range in [0..<rows / 2, rows / 2..<rows] {
            try angles.add(
                EmbeddingTable(
                    count: range.count, dimension: size,
                    values: Array(golden.weights[range.lowerBound * size..<range.upperBound * size])
                ))
        }
        expectClose(angles.own, golden.own, within: 1e-6)
        expectClose(angles.nearestOther, golden.nearestOther, within: 1e-6)
    }

    @Test(arguments: GeometryCase.all)
    func anglesAreThoseOfANaiveLoop(golden: GeometryCase) throws {
        let size = golden.dimension
        func row(_ values: [Float], _ place: Int) -> [Double] {
            values[place * size..<(place + 1) * size].map(Double.init)
        }
        func angle(_ a: [Double], _ b: [Double]) -> Double {
            var (product, first, second) = (0.0, 0.0, 0.0)
            for (x, y) in zip(a, b) {
                product += x * y
                first += x * x
                second += y * y
            }
            let cosine = product / (first.squareRoot() * second.squareRoot())
            return acos(max(-1, min(1, cosine))) / .pi * 180
        }
        var (own, others) = ([Double](), [Double]())
        for (image, label) in golden.labels.enumerated() {
            var (nearest, other) = (180.0, 180.0)
            for weight in 0..<golden.weights.count / size {
                let degrees = angle(row(golden.embeddings, image), row(golden.weights, weight))
                if weight / golden.weightsEach == label {
                    nearest = min(nearest, degrees)
                } else {
                    other = min(other, degrees)
                }
            }
            own.append(nearest)
            others.append(other)
        }
        var angles = try ClassAngles(
            of: golden.table, labels: golden.labels, weightsEach: golden.weightsEach)
        try angles.add(
            EmbeddingTable(
                count: golden.weights.count / size, dimension: size, values: golden.weights))
        expectClose(angles.own, own)
        expectClose(angles.nearestOther, others)
    }

    @Test(arguments: GeometryCase.all)
    func spreadIsNumPys(golden: GeometryCase) throws {
        let summary = try #require(Summary(golden.table.norms()))
        #expect(summary.count == golden.labels.count)
        expectClose([summary.mean], [golden.norms.mean])
        expectClose([summary.populationStandardDeviation], [golden.norms.standardDeviation])
        expectClose(summary.quantiles(), golden.norms.quantiles)
    }

    @Test(arguments: GeometryCase.all)
    func planeIsThatOfNumPysSVD(golden: GeometryCase) throws {
        let plane = try PrincipalPlane(of: golden.table)
        expectClose(plane.points.map(\.x), golden.points.map { $0[0] }, within: 1e-8)
        expectClose(plane.points.map(\.y), golden.points.map { $0[1] }, within: 1e-8)
        expectClose([plane.explained.x, plane.explained.y], golden.explained)
    }

    @Test func planesOfLittle() throws {
        let one = try PrincipalPlane(of: EmbeddingTable(count: 1, dimension: 3, values: [1, 2, 3]))
        #expect(one.points == [SIMD2(0, 0)] && one.explained == SIMD2(0, 0))
        let line = try PrincipalPlane(
            of: EmbeddingTable(count: 3, dimension: 1, values: [1, -2, 3]))
        #expect(line.explained == SIMD2(1, 0))
        #expect(line.points.map(\.y) == [0, 0, 0])
        #expect(line.points[1].x > 0, "the farthest lies at a positive place")
        let same = try PrincipalPlane(
            of: EmbeddingTable(count: 2, dimension: 2, values: [1, 1, 2, 2]))
        #expect(same.explained == SIMD2(0, 0))
        #expect(throws: FaceEvaluationError.noEmbeddings) {
            try PrincipalPlane(of: EmbeddingTable(count: 0, dimension: 2, values: []))
        }
        #expect(throws: FaceEvaluationError.zeroEmbedding(row: 1)) {
            try PrincipalPlane(of: EmbeddingTable(count: 2, dimension: 1, values: [1, 0]))
        }
    }

    @Test func whatHasNoDirectionIsLeftOut() throws {
        let table = try EmbeddingTable(count: 3, dimension: 2, values: [1, 0, 0, 0, 0, 2])
        expectClose(try table.angles(of: [(0, 1), (0, 2), (2, 2)]), [90, 0])
        var angles = try ClassAngles(of: table, labels: [0, 0, 1])
        try angles.add(EmbeddingTable(count: 2, dimension: 2, values: [0, 3, 0, 0]))
        expectClose(angles.own, [90])
        expectClose(angles.nearestOther, [0])
        #expect(throws: FaceEvaluationError.self) {
            try angles.add(EmbeddingTable(count: 1, dimension: 1, values: [1]))
        }
        let bad = try EmbeddingTable(count: 1, dimension: 2, values: [.nan, 0])
        #expect(throws: FaceEvaluationError.self) { try bad.angles(of: [(0, 0)]) }
    }
}
