public import Foundation

extension TemplateSet {
    /// Whether a folder has the layout of a known test set of templates: IJB-B, IJB-C, TinyFace or
    /// SurvFace.
    public static func isTestSet(_ folder: URL) -> Bool {
        JanusReader.isSet(folder) || TinyFaceReader.isSet(folder) || SurvFaceReader.isSet(folder)
    }

    /// Opens a test set of templates, if it is one.
    ///
    /// | images | pairs | read as |
    /// |---|---|---|
    /// | folder with `meta/*_face_tid_mid.txt` | | IJB-B or IJB-C, see ``JanusReader`` |
    /// | folder with `Gallery_Match` and `Probe` | | TinyFace, see ``TinyFaceReader`` |
    /// | folder with `gallery`, `mated_probe` and `unmated_probe` | | QMUL-SurvFace, see ``SurvFaceReader`` |
    /// | folder | a list with the header of ``ProtocolFile`` | a custom protocol |
    /// | folder with `identification.tsv` | | a custom protocol |
    ///
    /// - Returns: nil for a test set of another format, i.e. one of pairs of images.
    /// - Throws: ``FaceDataError`` if it is one but cannot be read.
    public static func open(images: URL, pairs: String) throws(FaceDataError) -> TemplateSet? {
        guard SystemPath.kind(images.path) == .folder else { return nil }
        guard pairs.isEmpty else {
            let list = URL(fileURLWithPath: pairs)
            return ProtocolFile.isProtocol(list) ? try ProtocolFile.read(list, images: images) : nil
        }
        if JanusReader.isSet(images) { return try JanusReader.read(images) }
        if TinyFaceReader.isSet(images) { return try TinyFaceReader.read(images) }
        if SurvFaceReader.isSet(images) { return try SurvFaceReader.read(images) }
        let own = images.appendingPathComponent(ProtocolFile.defaultName)
        return ProtocolFile.isProtocol(own) ? try ProtocolFile.read(own, images: images) : nil
    }
}
