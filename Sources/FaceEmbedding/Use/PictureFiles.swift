import FaceData
public import Foundation
import SafeFiles

/// Finds the pictures that a user names by files and folders.
public enum PictureFiles {
    /// The pictures under a path: the file, or all pictures in a folder and its subfolders, in the order of
    /// their paths. Hidden files are ignored, and links to folders are not followed.
    ///
    /// - Throws: `FaceDataError` if there are none.
    public static func find(_ url: URL) throws -> [URL] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw FaceDataError.unreadable(path: url.path, reason: "there is no such file")
        }
        guard isFolder.boolValue else { return [url] }
        let found = FileManager.default.enumerator(
            at: url, includingPropertiesForKeys: [.isRegularFileKey], options: .skipsHiddenFiles)
        let pictures = (found?.compactMap { $0 as? URL } ?? [])
            .filter { LabelledImageSet.endings.contains($0.pathExtension.lowercased()) }
            .sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        guard !pictures.isEmpty else {
            throw FaceDataError.unreadable(
                path: url.path, reason: "the folder contains no pictures")
        }
        return pictures
    }

    /// The people in a folder with one subfolder per person, by name, with their pictures.
    ///
    /// - Throws: `FaceDataError` if there are none, and for pictures outside of a person's folder.
    public static func people(in root: URL) throws -> [(person: String, pictures: [URL])] {
        let pictures = try find(root)
        let depth = root.standardizedFileURL.pathComponents.count
        let people = try Dictionary(grouping: pictures) { picture -> String in
            let parts = picture.standardizedFileURL.pathComponents
            guard parts.count > depth + 1 else {
                throw FaceDataError.unreadable(
                    path: picture.path,
                    reason: "no folder says whose picture it is; give --person NAME")
            }
            return parts[depth]
        }
        return people.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { ($0.key, $0.value) }
    }

    /// SHA-256 of a file, in hexadecimal.
    ///
    /// - Throws: `FaceDataError.unreadable(path:reason:)`.
    public static func hash(_ url: URL) throws -> String {
        guard !PlainFile.isSpecial(url) else {
            throw FaceDataError.unreadable(path: url.path, reason: PlainFile.notReadable)
        }
        do {
            return SHA256.hexDigest(of: try Data(contentsOf: url))
        } catch {
            throw FaceDataError.unreadable(path: url.path, reason: error.localizedDescription)
        }
    }
}
