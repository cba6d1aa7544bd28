import FaceData
import Foundation
import SeededRandom
import Testing

@Suite struct MeanFaceTests {
    /// Something like a mean face: a bright oval with dark eyes and mouth, enlarged about the middle
    /// and moved, in pixels of a mean face.
    private static func face(scale: Double = 1, x: Double = 0, y: Double = 0) -> [Double] {
        let middle = Double(MeanFace.side - 1) / 2
        func spot(_ column: Double, _ row: Double, _ at: (Double, Double), _ size: Double) -> Double
        {
            let distance = pow(column - at.0, 2) + pow(row - at.1, 2)
            return exp(-distance / (2 * size * size))
        }
        return (0..<MeanFace.side * MeanFace.side).map { index in
            let column = (Double(index % MeanFace.side) - middle - x) / scale + middle
            let row = (Double(index / MeanFace.side) - middle - y) / scale + middle
            return 40 + 130 * spot(column, row, (middle, middle), 8)
                - 70 * spot(column, row, (9, 11), 1.8) - 70 * spot(column, row, (18, 11), 1.8)
                - 50 * spot(column, row, (13.5, 20), 2.5)
        }
    }

    @Test func alikeFacesAreLeftAlone() {
        let train = Self.face()
        #expect(MeanFace.warning(train: train, test: train, people: 100) == nil)
        #expect(
            MeanFace.warning(train: train, test: train.map { 0.5 * $0 + 30 }, people: 100) == nil)
        #expect(MeanFace.warning(train: train, test: Self.face(scale: 1.05), people: 100) == nil)
        #expect(MeanFace.warning(train: train, test: Self.face(x: 1, y: -1), people: 100) == nil)
    }

    @Test(arguments: [
        (1 / 0.72, 0.0, 0.0, "72 % of its size, moved by (0, 0)"),
        (1 / 1.4, 0.0, 0.0, "140 % of its size, moved by (0, 0)"),
        (1.0, 4.0, 0.0, "100 % of its size, moved by (-16, 0)"),
        (1.0, 0.0, -3.0, "100 % of its size, moved by (0, 12)"),
    ])
    func otherCropsAreTold(scale: Double, x: Double, y: Double, fit: String) throws {
        let test = Self.face(scale: scale, x: x, y: y)
        let warning = try #require(MeanFace.warning(train: Self.face(), test: test, people: 100))
        #expect(
            warning == "training and test faces seem to be cropped differently: the mean test face "
                + "matches the mean training face best at \(fit) of 112 pixels; align both the same way, or "
                + "every difference between losses will be hidden")
    }

    @Test func fewPeopleTellNothing() {
        let test = Self.face(scale: 0.7)
        let few = MeanFace.minPeople - 1
        #expect(MeanFace.warning(train: Self.face(), test: test, people: few) == nil)
        #expect(MeanFace.warning(train: Self.face(), test: test, people: few + 1) != nil)
    }

    @Test func whatIsNoFaceIsTold() throws {
        var stream = SeededRandom(seed: 1, "noise")
        let noise = Self.face().map { _ in Double(stream.below(256)) }
        let grey = [Double](repeating: 90, count: MeanFace.side * MeanFace.side)
        for test in [noise, grey] {
            let warning = MeanFace.warning(train: Self.face(), test: test, people: 100)
            #expect(warning?.hasPrefix("training and test faces do not look alike") == true)
        }
    }

    @Test(.enabled(if: RealData.root != nil, RealData.isAbsent))
    func realSetsAreToldApart() throws {
        let root = try #require(RealData.root)
        func scan(_ folder: String, every step: Int) throws -> [Double] {
            let folder = root.appendingPathComponent(folder)
            let set = try LabelledImageSet.folder(folder)
            let some = SelectedImages(
                Array(stride(from: 0, to: set.count, by: step)), of: set.source)
            return try ImageScan(some, threads: 2).meanFace
        }
        let celeba = try scan("celeba-500-aligned-112", every: 20)
        let lfw = try scan("lfw-aligned-112", every: 20)
        let uncropped = try scan("alignment/originals", every: 1)
        #expect(MeanFace.warning(train: celeba, test: lfw, people: 100) == nil)
        #expect(MeanFace.warning(train: celeba, test: uncropped, people: 100) != nil)
    }

    @Test func aNetworkIsWarnedOfFacesItDoesNotKnow() throws {
        let (face, closer) = (Self.face(), Self.face(scale: 1.3))
        #expect(MeanFace.warning(network: face, test: face, people: 100) == nil)
        let own = try #require(MeanFace.warning(network: face, test: closer, people: 100))
        #expect(own.contains("that the network was trained on, best at 76 % of its size"), "\(own)")
        #expect(MeanFace.warning(network: face, test: closer, people: 39) == nil)
        // Where the network does not say what it was trained on, the default alignment counts.
        let standard = try #require(MeanFace.warning(network: nil, test: closer, people: 100))
        #expect(standard.contains("insightface's template"), "\(standard)")
        #expect(standard.contains("facet data align"))
    }

    @Test func theMeanOfManyIsThatOfSomeOfThem() throws {
        let folder = try TemporaryFolder()
        let paths = (0..<9).map { "\($0).png" }
        for (index, path) in paths.enumerated() {
            let grey = UInt8(20 * index)
            try folder.write(RGBImage.plain(width: 8, height: 8, grey, grey, grey), to: path)
        }
        let source = ImageFiles(paths, in: folder.url)
        let mean = try MeanFace.mean(of: source, limit: 3, threads: 2)
        #expect(mean.allSatisfy { abs($0 - 60) < 1e-9 }, "of the first, fourth and seventh")
        #expect(try MeanFace.mean(of: source, threads: 1).allSatisfy { abs($0 - 80) < 1e-9 })
    }

    @Test(
        .enabled(if: RealData.root != nil, RealData.isAbsent))
    func theDefaultAlignmentIsKnown() throws {
        let root = try #require(RealData.root)
        for name in ["celeba-500-aligned-112", "lfw-aligned-112"] {
            let set = try LabelledImageSet.open(root.appendingPathComponent(name).path)
            let mean = try MeanFace.mean(of: set.source, threads: 2)
            #expect(MeanFace.warning(network: nil, test: mean, people: 500) == nil, "\(name)")
        }
    }
}
