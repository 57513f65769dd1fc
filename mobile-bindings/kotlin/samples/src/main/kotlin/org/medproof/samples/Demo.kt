package org.medproof.samples

import com.google.gson.JsonObject
import com.google.gson.JsonParser
import org.medproof.Checker
import org.medproof.FileMemory
import org.medproof.LookupPolicy
import org.medproof.Opened
import org.medproof.Outcome
import org.medproof.Purpose
import org.medproof.Verdict
import java.io.File
import java.net.URI
import java.util.Base64
import kotlin.io.path.createTempDirectory

/** Every outcome of a demonstration: asked of its nodes, or read from what was `saved` of them. */
class Demo(
    place: String,
    nodes: List<String>?,
    private val save: File?,
    private val saved: File?,
    private val say: (String) -> Unit,
) {
    private val text = if (place.startsWith("http")) URI(place).toURL().readText() else File(place).readText()
    private val demo = JsonParser.parseString(text).asJsonObject
    private val nodes = nodes ?: demo["nodes"].asJsonArray.map { it.asString }

    /** The exit code: 0 if each is as the demo.json states. */
    fun run(): Int {
        save?.mkdirs()
        save?.resolve("demo.json")?.writeText(text)
        val folder = createTempDirectory().toFile()
        val anchor = Base64.getDecoder().decode(demo["anchor"].asString)
        val wrong = Checker(anchor, nodes, FileMemory(File(folder, "memory"))).use { checker ->
            demo["outcomes"].asJsonObject.entrySet().count { (name, stated) -> !agrees(checker, name, stated.asJsonObject) }
        }
        folder.deleteRecursively()
        return if (wrong == 0) 0 else 1
    }

    private fun agrees(checker: Checker, name: String, stated: JsonObject): Boolean {
        val (scan, purpose) = stated["scan"].asString to Purpose.valueOf(stated["purpose"].asString.uppercase())
        val bundle = saved?.resolve("$name.mpbundle")?.readBytes()
        if (bundle != null) return says(name, stated, checker.check(scan, purpose, bundle).verdict())
        val packs = stated.texts("packs")
        val alone = checker.check(scan, purpose).verdict()
        val agrees = says(name, stated, if (packs.isEmpty()) alone else withPacks(checker, scan, packs, purpose))
        if (save == null) return agrees
        val kept = checker.check(scan, purpose, lookup = LookupPolicy.BUNDLE)
        (kept as? Outcome.Answered)?.proof?.let { save.resolve("$name.mpbundle").writeBytes(it) }
        return says("$name in a bundle", stated, kept.verdict()) && agrees
    }

    private fun says(name: String, stated: JsonObject, found: Pair<Verdict?, Opened?>): Boolean {
        val (verdict, opened) = found
        // What was saved is said to be carried; everything else is said as on the day that it was asked for.
        val isCarried = verdict?.axes?.freshness == "carried"
        val compared = verdict?.reasons.orEmpty().filterNot { isCarried && it == "freshness.carried" }
        val agrees = verdict?.overall == stated["overall"].asString && compared == stated.texts("reasons")
        val product = opened?.product?.let { " (${it.nameEn})" }.orEmpty()
        val said = "${verdict?.overall ?: "no answer"}, ${verdict?.reasons.orEmpty().joinToString()}$product"
        say("${if (agrees) "as stated" else "OTHERWISE"}  $name: $said")
        return agrees
    }

    /** Of what was saved, only what it gives without any node. */
    private fun Outcome.verdict(): Pair<Verdict?, Opened?> =
        (this as? Outcome.Answered)?.takeIf { saved == null || it.node == null }.let { it?.verdict to it?.opened }

    /** What one proof says of a unit and its packs: of the unit, if each pack's answer is the same. */
    private fun withPacks(checker: Checker, unit: String, packs: List<String>, purpose: Purpose): Pair<Verdict?, Opened?> {
        val verdicts = checker.checkMany(listOf(unit) + packs, purpose).many?.verdicts.orEmpty()
        return (verdicts.firstOrNull { it.overall != verdicts.first().overall } ?: verdicts.firstOrNull()) to null
    }

    private fun JsonObject.texts(name: String) = this[name]?.asJsonArray?.map { it.asString }.orEmpty()
}
