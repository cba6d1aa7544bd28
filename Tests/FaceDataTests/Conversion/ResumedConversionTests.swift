import Foundation
import Testing

@testable import FaceData
import SafeFiles

/// Conversions that end early, and what the next one makes of what they left.
@Suite struct ResumedConversionTests {
    private struct Stopped: Error {}

    /// 150 images of 5 people, which are three parts of the work; one of them is none.
    private static func set(_ folder: TemporaryFolder) throws -> LabelledImageSet {
        for index in 0..<150 {
            try folder.write(
                RGBImage.noise(width: 10, height: 10, seed: UInt64(index)),
                to: "set/p\(index / 30)/\(1000 + index).png")
        }
        try folder.write("no picture", to: "set/p4/9999.png")
        return try .folder(folder.url.appendingPathComponent("set"))
    }

    private static let copying = SetConversion(threads: 1)
    private static let importing = SetConversion(
        recoding: ImageRecoding(side: 8), leavesOutBad: true, threads: 1)

    /// Writes a pack and stops when a number of images is done.
    private static func stop(
        _ conversion: SetConversion, _ set: LabelledImageSet, _ pack: URL, at count: Int
    ) throws {
        #expect(throws: Stopped.self) {
            try conversion.write(set, toPack: pack) { if $0 >= count { throw Stopped() } }
        }
        let left = try names(pack.deletingLastPathComponent())
        #expect(left.allSatisfy { $0.hasPrefix(".") }, "\(left)")
    }

    private static func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    /// The files of a folder, each with its content.
    private static func contents(_ pack: URL) throws -> [String: Data] {
        let folder = pack.deletingLastPathComponent()
        return try Dictionary(
            uniqueKeysWithValues: names(folder).map {
                ($0, try Data(contentsOf: folder.appendingPathComponent($0)))
            })
    }

    @Test(arguments: [(copying, 64), (importing, 107)])
    func packGoesOnWhereItWasStopped(conversion: SetConversion, stop: Int) throws {
        let folder = try TemporaryFolder()
        let set = try Self.set(folder)
        let whole = folder.url.appendingPathComponent("whole/train.rec")
        let pack = folder.url.appendingPathComponent("pack/train.rec")
        let expected = try conversion.write(set, toPack: whole)
        try Self.stop(conversion, set, pack, at: stop)
        // Once more, by a process that comes one part further.
        try Self.stop(conversion, set, pack, at: stop + (conversion.leavesOutBad ? 32 : 64))
        let outcome = try conversion.write(set, toPack: pack)
        #expect(outcome.kept == 128 && outcome.written == expected.written - 128)
        #expect(outcome.bad == expected.bad)
        #expect(try Self.contents(pack) == Self.contents(whole))
        #expect(
            try Self.names(pack.deletingLastPathComponent()) == [
                "property", "train.idx", "train.lst", "train.rec",
            ])
    }

    /// What may happen to a set, or to what was written, until the work continues.
    enum Change: CaseIterable {
        case imageThatIsDone, otherOrder, otherSize, partCutShort, partDamaged, noIndex, journal
    }

    @Test(arguments: Change.allCases)
    func packIsBegunAnewWhenItCannotBeTrusted(change: Change) throws {
        let folder = try TemporaryFolder()
        var set = try Self.set(folder)
        var conversion = Self.importing
        let pack = folder.url.appendingPathComponent("pack/train.rec")
        try Self.stop(conversion, set, pack, at: 107)
        let hidden = pack.deletingLastPathComponent()
        let part = hidden.appendingPathComponent(".train.rec.part")
        switch change {
        case .imageThatIsDone:
            try folder.write(
                RGBImage.noise(width: 11, height: 11, seed: 1000), to: "set/p0/1000.png")
        case .otherOrder: set = set.removing([3])
        case .otherSize: conversion.recoding.side = 9
        case .partCutShort:
            try Data(Data(contentsOf: part).dropLast(8)).write(to: part)
        case .partDamaged:
            var bytes = try Data(contentsOf: part)
            bytes[40] ^= 1
            try bytes.write(to: part)
        case .noIndex:
            try FileManager.default.removeItem(
                at: hidden.appendingPathComponent(".train.idx.part"))
        case .journal:
            try Data("{".utf8).write(to: hidden.appendingPathComponent(".train.rec.journal"))
        }
        let outcome = try conversion.write(set, toPack: pack)
        #expect(outcome.kept == 0 && outcome.written >= 149)
        let whole = folder.url.appendingPathComponent("whole/train.rec")
        _ = try conversion.write(set, toPack: whole)
        #expect(try Self.contents(pack) == Self.contents(whole))
    }

    @Test func imageThatStopsThePackMayBeRepaired() throws {
        let folder = try TemporaryFolder()
        let set = try Self.set(folder)
        let conversion = SetConversion(recoding: ImageRecoding(side: 8), threads: 1)
        let pack = folder.url.appendingPathComponent("pack/train.rec")
        #expect(throws: FaceDataError.self) { try conversion.write(set, toPack: pack) }
        try folder.write(RGBImage.noise(width: 9, height: 9), to: "set/p4/9999.png")
        let outcome = try conversion.write(set, toPack: pack)
        #expect(outcome.kept == 150 && outcome.written == 1)
        #expect(try LabelledImageSet.open(pack.path).count == 151)
    }

    @Test func twoProcessesDoNotWriteOnePack() throws {
        let folder = try TemporaryFolder()
        let pack = folder.url.appendingPathComponent("train.rec")
        let first = try RecordPackWriter(pack, labels: [0], side: 8)
        #expect(
            refusal { _ = try RecordPackWriter(pack, labels: [0], side: 8) }
                == .cannotWrite(
                    path: pack.path, reason: "another process is writing it; wait until it ends"))
        try [UInt8](repeating: 7, count: 9).withUnsafeBytes { try first.append($0, name: "a/1") }
        try first.finish()
        #expect(try RecordPack(pack).count == 1)
    }

    @Test func folderIsRepairedAndCleaned() throws {
        let folder = try TemporaryFolder()
        let set = try Self.set(folder)
        let out = folder.url.appendingPathComponent("out")
        #expect(try Self.copying.write(set, toFolder: out).written == 151)
        let left = "out/p0/.1003.png.\(UUID().uuidString).part"
        try folder.write("half", to: left)
        let expected = try set.source.bytes(of: 4)
        // As long as the image that belongs there.
        let file = try folder.write(
            [UInt8](repeating: 1, count: expected.count), to: "out/p0/1004.png")
        let another = try FileWriter(out.appendingPathComponent("p0/other.png"))
        let outcome = try Self.copying.write(set, toFolder: out)
        #expect(outcome.written == 1 && outcome.kept == 150)
        #expect(try Data(contentsOf: file) == Data(expected))
        #expect(
            !FileManager.default.fileExists(
                atPath: folder.url.appendingPathComponent(left).path))
        // What is being written is left alone.
        try another.finish()
    }
}
