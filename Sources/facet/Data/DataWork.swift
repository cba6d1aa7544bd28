import CommandKit
import FaceData
import Foundation
import SafeFiles
import Spelling
import Torch

/// Common parts of the commands on data sets: threads, progress, Ctrl-C, and results as text or JSON.
final class DataWork {
    /// Common options.
    static let options = [
        Option(
            "--threads", .value("N"),
            "threads that read and decode; default: one per available core",
            elsewhere: OptionsElsewhere.threads),
        Option("--json", .flag, "write the result as JSON to standard output"),
    ]

    let threads: Int
    /// Whether an interrupted command keeps its finished work.
    var isResumable = false
    private let json: Bool
    private let interrupt: Interrupt
    private var line: ProgressLine?

    init(_ arguments: Arguments) throws {
        interrupt = try Interrupt()
        threads =
            try arguments.whole("--threads", in: 1...256)
            ?? AvailableThreads.count
        json = arguments.has("--json")
    }

    /// Opens the set that an argument names, and prints warnings about it.
    func open(_ arguments: Arguments) throws -> ImageCollection {
        let set = try ImageCollection.open(
            arguments.positional("set") ?? "", threads: threads)
        set.warnings.forEach { Console.standard.warning($0) }
        return set
    }

    /// The folder or file that an argument names.
    static func url(_ arguments: Arguments, _ name: String) -> URL {
        URL(fileURLWithPath: arguments.positional(name) ?? "")
    }

    /// The canonical form of a path, for comparison with others.
    static func plain(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }

    /// Refuses to overwrite the files of the set being read.
    static func requireNoSource(
        among written: [URL], _ arguments: Arguments, _ set: ImageCollection
    ) throws {
        try requireNoSource(among: written, arguments, set.source)
    }

    /// Refuses to overwrite the files of the images being read.
    static func requireNoSource(
        among written: [URL], _ arguments: Arguments, _ source: any ImageSource
    ) throws {
        let files = written.map { plain($0.path) }
        let named = arguments.positional("set") ?? ""
        let parts = [named] + named.split(separator: ",", maxSplits: 1).map(String.init)
        var read = Set((parts + [source.location.path]).map(plain))
        if source is RecordPack || source.location.pathExtension == "rec" {
            read.formUnion(ConversionTarget.pack.files(source.location).map { plain($0.path) })
        }
        if let stored = source.storedImages {
            read.formUnion(stored.files.map { plain($0.path) })
        }
        if let tables = source.parquetImages {
            read.formUnion(tables.files.map { plain($0.path) })
        }
        if let images = source as? ImageFiles, files.count == 1 {
            read.formUnion(images.paths.indices.map { plain(images.path(of: $0)) })
        }
        if let file = files.first(where: read.contains) {
            throw FaceDataError.cannotWrite(
                path: file, reason: "it is the set being read; choose another name")
        }
    }

    /// Refuses an output inside the folder being read, which would be taken for a part of the set by the next
    /// command that reads the folder, or by the same one run again.
    static func requireOutside(_ out: URL, _ arguments: Arguments) throws {
        let named = arguments.positional("set") ?? ""
        let read = plain(named)
        guard PlainFile.kind(of: URL(fileURLWithPath: read)) == .folder else { return }
        let folder = plain(out.deletingLastPathComponent().path)
        guard folder == read || folder.hasPrefix(read + "/") else { return }
        throw FaceDataError.cannotWrite(
            path: out.path,
            reason: "it is inside the folder being read, and would be taken for a part of the set "
                + "next time; choose a path outside of \(quoted: named)")
    }

    /// Reports progress, and stops the work after Ctrl-C.
    func progress(_ title: String, _ total: Int) -> (Int) throws -> Void {
        let line = ProgressLine(title, total: total, unit: "images")
        self.line = line
        return { [interrupt] done in
            line.update(done)
            if interrupt.isRequested { throw Interrupted() }
        }
    }

    /// Reports progress of work whose size becomes known when it begins.
    func progress(_ title: String) -> (Int, Int) throws -> Void {
        var tell: ((Int) throws -> Void)?
        return { [self] done, total in
            let report = tell ?? progress(title, total)
            tell = report
            try report(done)
        }
    }

    private func endLine() {
        line?.finish("")
        line = nil
    }

    /// Runs the command; Ctrl-C ends it with its own exit code.
    func run(_ body: () throws -> ExitCode) throws -> ExitCode {
        do {
            let code = try body()
            endLine()
            return code
        } catch is Interrupted {
            endLine()
            Console.note(
                isResumable
                    ? "interrupted; run the same command again to resume"
                    : "interrupted; nothing was written, and the same command starts over")
            return interrupt.exitCode ?? .interrupted
        } catch {
            endLine()
            throw error
        }
    }

    func write(_ result: some Encodable, text: @autoclosure () -> String) throws {
        endLine()
        guard json else { return Console.outputWrapped(text()) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Console.output(String(decoding: try encoder.encode(result), as: UTF8.self))
    }

    /// The first of some names, one per line, and the number of further ones.
    static func some(_ names: [String], _ limit: Int = 10) -> [String] {
        names.prefix(limit).map { "    \($0.inOneLine.shortened)" }
            + (names.count > limit ? ["    ... and \(grouped(names.count - limit)) more"] : [])
    }

    /// Messages about images whose files have other names.
    static func renamed(_ images: [SetConversion.RenamedImage]) -> [String] {
        guard !images.isEmpty else { return [] }
        let files = counted(images.count, "image has", "images have")
        return ["\(files) another file name, because theirs is taken or not valid:"]
            + some(images.map { "\($0.name) is \($0.file)" })
    }

    private struct Interrupted: Error {}
}
