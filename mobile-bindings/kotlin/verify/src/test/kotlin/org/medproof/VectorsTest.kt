package org.medproof

import com.google.gson.JsonArray
import com.google.gson.JsonElement
import com.google.gson.JsonNull
import com.google.gson.JsonObject
import com.google.gson.JsonPrimitive
import java.util.Base64
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals

/** Every case of the shared vectors gives the verdict, reasons and axes that core gives. */
class VectorsTest {
    @Test
    fun everyFileIsRun() {
        assertEquals(answers.keys, Vectors.folder.list().orEmpty().filter { it.endsWith(".json") }.toSet())
    }

    @Test
    fun everyCaseIsAnsweredAsByCore() {
        var wrong = 0
        answers.forEach { (file, answer) ->
            val cases = Vectors.cases(file)
            cases.forEach { case ->
                val expected = case[if (file == "text.json") "bytes" else "expect"]
                val found = attempt { answer(case) }
                if (found != expected && ++wrong <= 5) {
                    println("$file: ${case.text("name")}\n  expected $expected\n  found    $found")
                }
            }
            Vectors.report(file, cases.size)
        }
        assertEquals(0, wrong, "cases that are answered otherwise")
    }

    @Test
    fun aStoredMemoryBringsTheSameClientBack() {
        Vectors.cases("verify.json").forEach { case ->
            val memory = case.clientAfterUpdates().use { it.memory() }
            assertContentEquals(memory, Client.resume(case.bytes("anchor"), memory).use { it.memory() })
        }
    }

    private val answers: Map<String, (JsonObject) -> JsonElement> = mapOf(
        "advance.json" to ::advance,
        "bucket.json" to answering { client, case ->
            client.verifyBucket(case.text("scan"), case.bytes("bucket"), case.nowMs(), case.policy())
        },
        "bundle.json" to answering { client, case ->
            client.verifyBundle(case.text("scan"), case.bytes("bundle"), case.nowMs(), case.policy())
        },
        "decode.json" to ::decode,
        "disclosure.json" to { case ->
            val committed = case.clientAfterUpdates().use {
                it.verifyRecord(case.bytes("disclosure"), case.bytes("proof"), case.nowMs())
            }
            JsonObject().apply { add("committed", plain(committed)) }
        },
        "fork.json" to { case -> JsonObject().apply { add("height", plain(checkFork(case.bytes("fork")))) } },
        "many.json" to answering { client, case ->
            val scans = case["scans"].asJsonArray.map { it.asString }
            client.verifyMany(scans, case.bytes("proof"), case.nowMs(), case.policy())
        },
        "scan.json" to { case -> plain(parseScan(case.text("text"), case.text("mode") == "strict")) },
        "seller.json" to answering { client, case ->
            client.verifySeller(case.text("domain"), case.bytes("bundle"), case.nowMs(), case.policy())
        },
        "text.json" to { case ->
            messageFromText(case.text("text"))?.let { JsonPrimitive(Base64.getEncoder().encodeToString(it)) }
                ?: JsonNull.INSTANCE
        },
        "verify.json" to answering { client, case ->
            client.verify(case.text("scan"), case.bytes("proof"), case.nowMs(), case.policy())
        },
    )

    private fun answering(answer: (Client, JsonObject) -> Any): (JsonObject) -> JsonElement =
        { case -> case.clientAfterUpdates().use { plain(answer(it, case)) } }

    private fun advance(case: JsonObject): JsonElement = case.client().use { client ->
        val answers = JsonArray()
        case.updates().forEach { update -> answers.add(attempt { plain(client.advance(update, case.nowMs())) }) }
        answers
    }

    private fun decode(case: JsonObject): JsonElement {
        val message = case.bytes("bytes")
        val answer = try {
            if (readMessage(case.text("type"), message).contentEquals(message)) "ok" else "encoded otherwise"
        } catch (refused: ClientException) {
            refused.code
        }
        return JsonPrimitive(answer)
    }
}
