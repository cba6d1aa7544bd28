// How many copies are found, how many strangers are taken for copies, and how long the search takes.
//
//   copies-benchmark found SET VARIANTS     copies that variants.py made of a set
//   copies-benchmark strangers SET [SET]    what is taken for a copy within a set, or between two
//   copies-benchmark time SET COUNT...      search among COUNT pictures blended of those of a set

import FaceData
import Foundation
import SeededRandom

let threads = ProcessInfo.processInfo.activeProcessorCount

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    let parts = (ContinuousClock.now - start).components
    return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
}

func rounded(_ value: Double, _ digits: Int = 2) -> String {
    String(format: "%.\(digits)f", value)
}

struct Pictures {
    let set: LabelledImageSet
    let table: PictureTable

    init(_ path: String) throws {
        set = try LabelledImageSet.open(path, threads: threads)
        table = try ImageScan(set.source, threads: threads, pictures: .collected).pictures
    }

    func name(_ position: Int) -> String { set.source.name(of: position) }
    func owner(_ position: Int) -> Int { set.labels[position] }
}

func found(_ path: String, _ variants: String) throws {
    let original = try Pictures(path)
    let index = PictureIndex(original.table)
    print("| copies | pictures | found | of another picture |\n|---|---:|---:|---:|")
    for kind in try FileManager.default.contentsOfDirectory(atPath: variants).sorted() {
        let copies = try Pictures("\(variants)/\(kind)")
        var (right, wrong) = (Set<Int>(), Set<Int>())
        for match in try index.matches(in: copies.table, threads: threads) {
            if original.name(match.picture) == copies.name(match.index) {
                right.insert(match.index)
            } else {
                wrong.insert(match.index)
            }
        }
        let fraction = Double(right.count) / Double(copies.set.count) * 100
        print("| \(kind) | \(copies.set.count) | \(rounded(fraction)) % | \(wrong.count) |")
    }
}

func strangers(_ paths: [String]) throws {
    let first = try Pictures(paths[0])
    if paths.count == 1 {
        let groups = try PictureIndex(first.table).groups(threads: threads)
        let across = groups.filter { Set($0.map(first.owner)).count > 1 }
        print(
            "\(paths[0]): \(first.table.count) pictures; \(groups.count) groups of copies, of "
                + "\(groups.reduce(0) { $0 + $1.count }) pictures; \(across.count) under more "
                + "than one identity:")
        for group in across { print("  " + group.map(first.name).joined(separator: " = ")) }
    } else {
        let second = try Pictures(paths[1])
        let matches = try PictureIndex(first.table).matches(in: second.table, threads: threads)
        print("\(paths[0]) and \(paths[1]): \(matches.count) copies:")
        for match in matches {
            print("  \(first.name(match.picture)) = \(second.name(match.index))")
        }
    }
}

/// Pictures that are as much alike as faces are: each is blended of two of a set.
func blended(_ count: Int, _ images: [RGBImage]) -> PictureTable {
    var stream = SeededRandom(seed: 1, "blends")
    var table = PictureTable()
    for position in 0..<count {
        let (a, b) = (images[stream.below(images.count)], images[stream.below(images.count)])
        let fraction = 96 + stream.below(64)
        let pixels = zip(a.pixels, b.pixels).map {
            UInt8((Int($0) * fraction + Int($1) * (256 - fraction)) / 256)
        }
        table.append(
            PictureFingerprint(RGBImage(width: a.width, height: a.height, pixels: pixels)),
            at: position)
    }
    return table
}

func time(_ path: String, _ counts: [Int]) throws {
    let set = try LabelledImageSet.open(path, threads: threads)
    let decoding = try seconds { _ = try ImageScan(set.source, threads: threads) }
    let collecting = try seconds {
        _ = try ImageScan(set.source, threads: threads, pictures: .collected)
    }
    let each = decoding / Double(set.count)
    print("\(threads) threads; reading and decoding \(rounded(each * 1e6, 0)) us an image")
    let extra = (collecting - decoding) / Double(set.count)
    print("fingerprints: \(rounded(extra * 1e6, 0)) us an image")
    let step = max(1, set.count / 2000)
    let images = try stride(from: 0, to: set.count, by: step).map {
        ImageFitting.fit(try set.source.image($0), side: 28)
    }
    print("| pictures | search, s | decoding them, s | share |\n|---:|---:|---:|---:|")
    for count in counts {
        let table = blended(count, images)
        let search = try seconds { _ = try PictureIndex(table).groups(threads: threads) }
        let all = each * Double(count)
        print(
            "| \(count) | \(rounded(search)) | \(rounded(all)) | \(rounded(search / all * 100)) % |"
        )
    }
}

let words = Array(CommandLine.arguments.dropFirst())
switch (words.first, words.count) {
case ("found", 3): try found(words[1], words[2])
case ("strangers", 2...3): try strangers(Array(words.dropFirst()))
case ("time", 3...): try time(words[1], words.dropFirst(2).compactMap { Int($0) })
default: print("usage: found SET VARIANTS | strangers SET [SET] | time SET COUNT...")
}
