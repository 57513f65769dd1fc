package org.medproof.samples

import com.google.gson.JsonObject
import com.google.gson.JsonParser
import org.medproof.Checker
import org.medproof.FileMemory
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
        val verdict = verdict(checker, name, stated)
        // What was saved is said to be carried; everything else is said as on the day that it was asked for.
        val compared = verdict?.reasons.orEmpty().filterNot { saved != null && it == "freshness.carried" }
        val agrees = verdict?.overall == stated["overall"].asString && compared == stated.texts("reasons")
        val found = "${verdict?.overall ?: "no answer"}, ${verdict?.reasons.orEmpty().joinToString()}"
        say("${if (agrees) "as stated" else "OTHERWISE"}  $name: $found")
        return agrees
    }

    private fun verdict(checker: Checker, name: String, stated: JsonObject): Verdict? {
        val (scan, purpose) = stated["scan"].asString to Purpose.valueOf(stated["purpose"].asString.uppercase())
        val carried = saved?.resolve("$name.mproof")?.readBytes()
        val answered = checker.check(scan, purpose, carried) as? Outcome.Answered
        if (carried != null) return answered?.verdict.takeIf { answered?.node == null }
        answered?.proof?.let { proof -> save?.resolve("$name.mproof")?.writeBytes(proof) }
        val packs = stated.texts("packs")
        return if (packs.isEmpty()) answered?.verdict else withPacks(checker, scan, packs, purpose)
    }

    /** What one proof says of a unit and its packs: of the unit, if each pack's answer is the same. */
    private fun withPacks(checker: Checker, unit: String, packs: List<String>, purpose: Purpose): Verdict? {
        val verdicts = checker.checkMany(listOf(unit) + packs, purpose).many?.verdicts ?: return null
        return verdicts.firstOrNull { it.overall != verdicts.first().overall } ?: verdicts.first()
    }

    private fun JsonObject.texts(name: String) = this[name]?.asJsonArray?.map { it.asString }.orEmpty()
}
