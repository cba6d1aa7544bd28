import FaceSynthesis
import SafeFiles
import Testing

/// A changed hash means that built-in studies made before and after are of different pictures:
/// raise ``FaceRenderer/version`` with it.
@Suite("The built-in faces are the same pixels on every machine")
struct PixelIdentityTests {
    static let known: [(set: SyntheticSet, position: Int, size: Int, hash: String)] = [
        (
            .cleanTraining, 0, 112,
            "c11fbf5ac416cc907a25567785fde4023a9886624e67c757f2ba461aee090c1a"
        ),
        (
            .cleanTraining, 1777, 112,
            "172a53e0c2eaf3631ee59d3cf68e8d4270e86d77fa970d21a5c0677e5f80928a"
        ),
        (
            .wildTraining, 5, 112,
            "e5de6f60704299bd2af155f7c4a8dba54e539690cb1171ad0dfac1500ff85fd7"
        ),
        (
            .wildTraining, 2000, 64,
            "af8b02f58e8279c86ff27fe4d6ae1d015d7fe61960c1b3d266055d87df15c302"
        ),
        (
            .verification, 12, 112,
            "b551c7e5bf41e5650c407c57594f8804d9affb0e61abcf635a0fa1b41edce020"
        ),
        (
            .verification, 1499, 96,
            "700fb276c1f55422319022541fc8f7cbcf8501fd9d2d296a2d28e9f499c3a3b2"
        ),
    ]

    @Test("Stored hashes", arguments: known)
    func hashes(_ set: SyntheticSet, position: Int, size: Int, hash: String) throws {
        let plan = try SyntheticPlan(set)
        let image = Array(plan.folders.joined())[position]
        let pixels = FaceRenderer().render(
            identity: plan.identity(of: image), view: plan.view(of: image), size: size)
        #expect(
            SHA256.hexDigest(of: pixels) == hash, "\(set.name), image \(position), \(size) pixels")
    }
}
