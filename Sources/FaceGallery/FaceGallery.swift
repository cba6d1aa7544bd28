public import FaceEvaluation
public import Foundation
import SafeFiles

/// A gallery of enrolled people: an SQLite file with names, hashes of pictures, embeddings, and the model
/// that computed them.
///
/// Every change is one transaction in a write-ahead log that is synced to the disk: a killed process, a power
/// failure or a full disk loses no earlier data and leaves no partial change. Several processes may use a
/// gallery at once; one writes at a time, and the others wait. An object must be used by one thread only.
///
/// Neither pictures nor their paths are stored. The file is readable only by its owner.
public final class FaceGallery {
    /// Version of the tables that this version of Facet writes, and the newest it reads.
    public static let schema = 1
    /// Marks an SQLite file as a gallery: `Fcet`.
    private static let applicationID = 0x4663_6574

    /// The SQLite file.
    public let url: URL
    /// The model that computed the embeddings.
    public let model: GalleryModel
    let database: Database

    /// Creates an empty gallery atomically.
    ///
    /// - Parameter calibration: The calibration of the model's scores, if known.
    /// - Throws: ``FaceGalleryError/exists(path:)``, and errors of writing the file.
    public static func create(
        _ url: URL, model: GalleryModel, calibration: ScoreCalibration? = nil
    ) throws {
        guard !FileManager.default.fileExists(atPath: url.path) else {
            throw FaceGalleryError.exists(path: url.path)
        }
        let draft = url.deletingLastPathComponent()
            .appendingPathComponent(".\(url.lastPathComponent).\(UUID().uuidString).part")
        defer { try? FileManager.default.removeItem(at: draft) }
        let created = FileManager.default.createFile(
            atPath: draft.path, contents: nil, attributes: [.posixPermissions: 0o600])
        guard created else {
            throw FaceGalleryError.unusable(
                path: url.path, reason: "its folder is missing or cannot be written")
        }
        let text = try calibration?.json()
        do {
            let database = try Database(draft)
            try database.execute("PRAGMA journal_mode = WAL")
            try database.transaction {
                try database.execute(tables)
                try database.execute("PRAGMA application_id = \(applicationID)")
                try database.execute("PRAGMA user_version = \(schema)")
                try database.prepare("INSERT INTO gallery VALUES (1, ?, ?, ?, 0)")
                    .run(
                        .text(model.identity), .text(model.path),
                        text.map(Statement.Value.text) ?? .null)
            }
        } catch let error as FaceGalleryError {
            throw error.naming(url.path)
        }
        guard !FileManager.default.fileExists(atPath: url.path) else {
            throw FaceGalleryError.exists(path: url.path)
        }
        try AtomicFile.move(draft, to: url)
        try AtomicFile.synchronizeFolder(url.deletingLastPathComponent())
    }

    private static let tables = """
        CREATE TABLE gallery (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            model TEXT NOT NULL,
            path TEXT NOT NULL,
            calibration TEXT,
            purge INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE people (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE faces (
            id INTEGER PRIMARY KEY,
            person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
            image TEXT NOT NULL UNIQUE,
            embedding BLOB NOT NULL,
            norm REAL NOT NULL,
            added TEXT NOT NULL
        ) STRICT;
        CREATE INDEX faces_of_people ON faces (person);
        """

    /// Opens a gallery.
    ///
    /// - Throws: ``FaceGalleryError/notAGallery(path:reason:)``,
    ///   ``FaceGalleryError/newer(path:schema:known:)``, and SQLite's error for a damaged file.
    public init(_ url: URL) throws {
        self.url = url
        try Self.requireSQLite(url)
        database = try Database(url)
        guard try database.number("PRAGMA application_id") == Self.applicationID else {
            throw FaceGalleryError.notAGallery(
                path: url.path, reason: "it is an SQLite file of another program")
        }
        let found = try database.number("PRAGMA user_version") ?? 0
        guard found <= Self.schema else {
            throw FaceGalleryError.newer(path: url.path, schema: found, known: Self.schema)
        }
        try database.execute(
            """
            PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;
            PRAGMA temp_store = MEMORY;
            """)
        let row = try database.prepare("SELECT model, path FROM gallery")
        guard try row.next(), let identity = row.text(0), let path = row.text(1) else {
            throw FaceGalleryError.damaged(path: url.path, reason: "it does not say its model")
        }
        model = GalleryModel(identity: identity, path: path)
    }

    /// Checks the file first, because SQLite would turn an empty file into an empty database.
    private static func requireSQLite(_ url: URL) throws {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        let reason: String
        if !exists {
            reason = "there is no such file"
        } else if isFolder.boolValue {
            reason = "it is a folder"
        } else if PlainFile.isSpecial(url) {
            reason = PlainFile.notReadable
        } else {
            let file = try? FileHandle(forReadingFrom: url)
            defer { try? file?.close() }
            let start = (try? file?.read(upToCount: 16)) ?? nil
            if start == Data("SQLite format 3\0".utf8) { return }
            reason = file == nil ? "it cannot be read" : "it is not an SQLite file"
        }
        throw FaceGalleryError.notAGallery(path: url.path, reason: reason)
    }

    /// Throws unless the gallery's embeddings are those of a model.
    ///
    /// - Parameter given: The model to use.
    /// - Throws: ``FaceGalleryError/otherModel(path:model:given:)``.
    public func require(_ given: GalleryModel) throws {
        guard given.identity == model.identity else {
            throw FaceGalleryError.otherModel(path: url.path, model: model.path, given: given.path)
        }
    }

    /// The calibration of the model's scores; nil if the gallery has none.
    ///
    /// - Throws: An error if it is damaged.
    public func calibration() throws -> ScoreCalibration? {
        let row = try database.prepare("SELECT calibration FROM gallery")
        guard try row.next(), let text = row.text(0) else { return nil }
        return try ScoreCalibration(json: text, path: url.path)
    }

    /// Stores the calibration of the model's scores, replacing any earlier one.
    public func keep(_ calibration: ScoreCalibration) throws {
        try database.transaction {
            try database.prepare("UPDATE gallery SET calibration = ?")
                .run(.text(try calibration.json()))
        }
    }

    /// The people sorted by name, and the number of pictures of each.
    public func people() throws -> [(name: String, pictures: Int)] {
        let rows = try database.prepare(
            "SELECT name, count(faces.id) FROM people LEFT JOIN faces ON person = people.id "
                + "GROUP BY people.id ORDER BY name")
        var people: [(name: String, pictures: Int)] = []
        while try rows.next() { people.append((rows.text(0) ?? "", rows.integer(1))) }
        return people
    }

    /// Number of enrolled pictures.
    public func count() throws -> Int {
        try database.number("SELECT count(*) FROM faces") ?? 0
    }
}

/// The model that computed a gallery's embeddings.
public struct GalleryModel: Sendable, Hashable {
    /// A hash that identifies the model.
    public var identity: String
    /// Its last known path, for messages and as a default.
    public var path: String

    /// Creates a reference to a model, by its identity and its file's path.
    public init(identity: String, path: String) {
        (self.identity, self.path) = (identity, path)
    }
}

extension FaceGalleryError {
    /// The same error with another path: the one that the user gave.
    fileprivate func naming(_ path: String) -> FaceGalleryError {
        switch self {
        case .noSpace: .noSpace(path: path)
        case .unusable(_, let reason): .unusable(path: path, reason: reason)
        case .damaged(_, let reason): .damaged(path: path, reason: reason)
        default: self
        }
    }
}
